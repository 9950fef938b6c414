//! Against published answers.

mod leather;
