//! A value that may be used and never shown.

use std::fmt;

/// A secret: a token or the bytes of a private key. It is written as `[redacted]` wherever it is
/// printed, so that no log line and no error can give it away.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a secret.
    pub fn new(secret: T) -> Self {
        Self(secret)
    }

    /// The secret itself, for the one place that uses it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_written_in_any_form() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "only its Debug form is looked at")]
        struct Options {
            token: Secret<String>,
        }
        let token = Secret::new("hunter2".to_owned());
        let forms = [
            format!("{token}"),
            format!("{token:?}"),
            format!("{token:#?}"),
            format!("{:?}", Options { token: token.clone() }),
        ];
        for form in forms {
            assert!(!form.contains("hunter2") && form.contains("[redacted]"), "{form}");
        }
        assert_eq!(token.reveal(), "hunter2");
    }
}
