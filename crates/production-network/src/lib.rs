//! Firms, places and their relations through time.
