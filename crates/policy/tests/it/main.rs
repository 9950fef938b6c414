//! What the crate promises, one behaviour a file. Never reads anything but what is embedded.

mod diagnosis;
mod evidence;
mod knowledge;
mod ranking;

use policy::{Inputs, KnowledgeBase, Ranked, Role, Size, Subject, diagnose, rank};

fn embedded() -> KnowledgeBase {
    KnowledgeBase::embedded().expect("the embedded knowledge base is whole")
}

fn subject(place: &str, segment: &str, role: Option<Role>, size: Option<Size>) -> Subject {
    Subject::try_new(&embedded(), place, segment, role, size).expect("a subject")
}

fn ranked(subject: &Subject, inputs: &Inputs) -> Vec<Ranked> {
    let knowledge = embedded();
    let diagnosis = diagnose(&knowledge, subject, inputs).expect("a diagnosis");
    rank(&knowledge, subject, &diagnosis)
}
