//! The network-model service.
