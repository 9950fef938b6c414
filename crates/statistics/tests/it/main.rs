//! Behaviour of the crate as its callers see it, one a file.

mod support;

mod sdmx_csv_layouts;
mod sdmx_csv_refusals;
mod sdmx_csv_chunks;
