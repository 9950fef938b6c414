//! Why a caller is not let in, as a status: what it lacks, and never what would help to forge it.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::scopes::Scope;
use super::token::Flaw;

/// Why a caller is not let in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Denied {
    NoToken,
    BadToken,
    Expired,
    Lacks(Scope),
}

impl From<Flaw> for Denied {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Absent => Self::NoToken,
            Flaw::Expired => Self::Expired,
            Flaw::UnknownKey | Flaw::Bad(_) => Self::BadToken,
        }
    }
}

impl Denied {
    /// A word for metrics and logs.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::NoToken => "access.no-token",
            Self::BadToken => "access.bad-token",
            Self::Expired => "access.expired-token",
            Self::Lacks(_) => "access.scope",
        }
    }

    pub(crate) fn status(self) -> Status {
        let (code, message, remedy) = match self {
            Self::NoToken => (
                Code::Unauthenticated,
                "this gateway asks for a token, and there is none".to_owned(),
                "send `authorization: Bearer TOKEN`; the command takes it from --token-file or \
                 ENTREPOT_TOKEN"
                    .to_owned(),
            ),
            Self::BadToken => (
                Code::Unauthenticated,
                "the token is not accepted".to_owned(),
                "get one from the identity provider of this gateway; its log says what is wrong"
                    .to_owned(),
            ),
            Self::Expired => (
                Code::Unauthenticated,
                "the token has expired".to_owned(),
                "get a new one; a watch goes on from its last token of position".to_owned(),
            ),
            Self::Lacks(scope) => (
                Code::PermissionDenied,
                format!("the token does not have the scope `{scope}`"),
                format!("ask for a token with the scope `{scope}`"),
            ),
        };
        let mut facts = HashMap::from([("remedy".to_owned(), remedy)]);
        if let Self::Lacks(scope) = self {
            facts.insert("scope".to_owned(), scope.to_string());
        }
        let mut details = ErrorDetails::new();
        details.set_error_info(self.rule(), "entrepot", facts);
        Status::with_error_details(code, message, details)
    }
}
