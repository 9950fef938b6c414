//! The protobuf packages and their conversions.
