//! The audit: every registered claim judged, and every number that others imply recomputed.

use api::events::DocumentKind;
use api::metrics::{AuditRequest, AuditResponse, ImpliedNumber, JudgedClaim};

use crate::Error;
use crate::audit::{Claims, Implied, Judged, implied, judge};
use crate::service::Shared;
use crate::value::inputs;

impl Shared {
    pub(crate) fn audit(&self, request: &AuditRequest) -> Result<AuditResponse, Error> {
        let question = self.question(&request.domain, request.as_of.as_ref())?;
        question.check_as_of(&question.domain, None)?;
        let view = question.view()?;
        let mut judged = Vec::new();
        let documents = view.catalogue().documents_of(DocumentKind::Claims, &question.domain);
        for document in documents {
            let claims = Claims::parse(&document.content).map_err(|faults| Error::Claims {
                name: document.name.clone(),
                faults: faults.len(),
                first: faults.first().map(ToString::to_string).unwrap_or_default(),
            })?;
            judged.extend(judge(&claims, &view).into_iter().map(judged_message));
        }
        let implied = implied(&view).into_iter().map(implied_message).collect();
        view.check()?;
        Ok(AuditResponse { claims: judged, implied, frontier: Some(question.frontier) })
    }
}

fn judged_message(judged: Judged) -> JudgedClaim {
    JudgedClaim {
        id: judged.id,
        section: judged.section,
        statement: judged.statement,
        stated: judged.stated,
        computed: judged.computed,
        verdict: judged.verdict.id().to_owned(),
        witness: judged.witness,
        reason: judged.reason,
        inputs: inputs(&judged.inputs),
    }
}

fn implied_message(implied: Implied) -> ImpliedNumber {
    ImpliedNumber {
        table: implied.table,
        area: implied.area,
        breakdown: implied.breakdown.unwrap_or_default(),
        period: implied.period.to_string(),
        quantity: implied.quantity,
        printed: Some(implied.printed),
        computed: implied.computed,
        verdict: implied.verdict.id().to_owned(),
        reason: implied.reason,
    }
}
