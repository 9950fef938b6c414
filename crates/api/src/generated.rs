//! What the build script generates from `proto/`, one module a package (version 1).

#![allow(clippy::all, unreachable_pub, unused_qualifications, missing_docs)]

macro_rules! package {
    ($name:ident, $file:literal) => {
        pub mod $name {
            pub mod v1 {
                include!(concat!(env!("OUT_DIR"), "/", $file, ".rs"));
            }
            pub use v1::*;
        }
    };
}

package!(types, "entrepot.types.v1");
package!(events, "entrepot.events.v1");
package!(ingestion, "entrepot.ingestion.v1");
package!(metrics, "entrepot.metrics.v1");
package!(network, "entrepot.network.v1");
package!(advice, "entrepot.advice.v1");
package!(operations, "entrepot.operations.v1");
