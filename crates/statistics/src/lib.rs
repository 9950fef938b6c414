//! Observations, structures, vintages and checks of official statistics, and the formats they come in.
