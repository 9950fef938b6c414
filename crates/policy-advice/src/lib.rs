//! The policy-advice service.
