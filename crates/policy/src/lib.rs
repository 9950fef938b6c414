//! The knowledge base of interventions, considerations and practices, and their ranking.
