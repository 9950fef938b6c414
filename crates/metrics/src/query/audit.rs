//! The audit: every registered claim judged, and every number that others imply recomputed.

use api::events::DocumentKind;
use api::metrics::{AuditRequest, AuditResponse, ImpliedNumber, JudgedClaim};

use crate::Error;
use crate::audit::{ClaimError, Claims, Implied, Judged, Verdict, implied, judge};
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
            match Claims::parse(&document.content) {
                Ok(claims) => judged.extend(judge(&claims, &view).into_iter().map(judged_message)),
                Err(faults) => {
                    judged
                        .extend(faults.into_iter().map(|fault| unreadable(&document.name, fault)));
                }
            }
        }
        let implied = implied(&view).into_iter().map(implied_message).collect();
        view.check()?;
        Ok(AuditResponse { claims: judged, implied, frontier: Some(question.frontier) })
    }
}

/// A fault of a registered document: it is told beside the claims that can be judged.
fn unreadable(document: &str, fault: ClaimError) -> JudgedClaim {
    JudgedClaim {
        statement: format!("a claim of `{document}`"),
        verdict: Verdict::CannotBeChecked.id().to_owned(),
        reason: format!("`{}`: {} ({})", fault.field, fault.reason, fault.remedy),
        id: fault.claim,
        ..JudgedClaim::default()
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
