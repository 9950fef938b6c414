//! Behaviour of the crate as its callers see it, one a file.

mod support;

mod sdmx_csv_layouts;
mod sdmx_csv_refusals;
mod sdmx_csv_chunks;
mod sdmx_csv_write_then_read;
mod every_rule;
mod shared_data;
mod paper_feed;
