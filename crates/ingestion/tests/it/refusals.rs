//! Bad input: a clear answer, nothing half published, nobody else hurt.

use api::ingestion::{
    AssertNetworkRequest, IngestOptions, ListObservationsRequest, ListRejectionsRequest,
    ListReleasesRequest,
};
use api::types::Rejection;

use crate::fixture::{HEADER, System, file, row};

async fn rejections(system: &mut System) -> Vec<Rejection> {
    let answer = system.client.list_rejections(ListRejectionsRequest::default()).await;
    answer.expect("rejections").into_inner().rejections
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_row_refuses_a_strict_release_and_only_itself_in_a_lenient_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let content = file(&[row("SG", 2014, "1"), row("ATLANTIS", 2014, "2"), row("MY", 2014, "3")]);
    let strict = system.ingest(&content).await;
    assert_eq!(strict.outcome, "refused");
    assert!(system.values("SG").await.is_empty(), "nothing of it is published");
    let kept = rejections(&mut system).await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].line, kept[0].column.as_str()), (3, "REF_AREA"));
    assert_eq!(kept[0].rule, "code.unknown");
    assert!(kept[0].reason.contains("ATLANTIS"), "{}", kept[0].reason);
    assert!(!kept[0].remedy.is_empty());

    let lenient = system.ingest_leniently(&content).await;
    assert_eq!(lenient.outcome, "published");
    let counts = lenient.records.expect("counts");
    assert_eq!((counts.first, counts.rejected), (2, 1));
    assert_eq!(system.values("MY").await.len(), 1);
    assert_eq!(rejections(&mut system).await.len(), 2, "each release keeps its own");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_refusal_twice_adds_no_event() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let content = file(&[row("ATLANTIS", 2014, "2")]);
    system.ingest(&content).await;
    let events = system.event_count().await;
    system.ingest(&content).await;
    assert_eq!(system.event_count().await, events);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_none_get_one_clear_answer() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let whole = file(&[row("SG", 2014, "1"), row("MY", 2014, "3")]);
    let long_field = format!("{HEADER}\n{}", row("SG", 2014, &"9".repeat(10 << 20)));
    let wide = format!("STRUCTURE{}\n", ",X".repeat(100_000));
    let latin = [HEADER.as_bytes(), b"\n", &row("SG", 2014, "1").into_bytes(), b"\xe9\n"].concat();
    let cases: [(&str, Vec<u8>); 8] = [
        ("empty", Vec::new()),
        ("header only", HEADER.as_bytes().to_vec()),
        ("other separator", String::from_utf8_lossy(&whole).replacen(',', ";", 3).into_bytes()),
        ("no header", row("SG", 2014, "1").into_bytes()),
        ("a field of 10 MB", long_field.into_bytes()),
        ("100,000 columns", wide.into_bytes()),
        ("Latin-1", latin),
        ("cut in half", whole[..whole.len() - 60].to_vec()),
    ];
    let events = system.event_count().await;
    for (name, content) in cases {
        let release = system.ingest(&content).await;
        assert_eq!(release.outcome, "refused", "{name}");
        let told = release.rejections.len() == 1 || !release.explanation.is_empty();
        assert!(told, "{name}: {release:?}");
        assert!(release.rejections.iter().all(|one| !one.remedy.is_empty()), "{name}");
    }
    assert!(system.values("SG").await.is_empty() && system.values("MY").await.is_empty());
    assert!(system.event_count().await > events, "refusals are kept");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_order_mark_is_no_fault() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let content = [b"\xef\xbb\xbf".as_slice(), &file(&[row("SG", 2014, "1")])].concat();
    assert_eq!(system.ingest(&content).await.outcome, "published");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_short_refused_rows_are_all_kept() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let mut content = file(&[row("SG", 2014, "1")]);
    for _ in 0..5_000 {
        content.extend_from_slice(b"x\n");
    }
    let release = system.ingest_leniently(&content).await;
    assert_eq!(release.outcome, "published");
    let request = ListRejectionsRequest { page_size: 10_000, ..Default::default() };
    let mut client = system.client.clone().max_decoding_message_size(64 << 20);
    let kept = client.list_rejections(request).await.expect("rejections").into_inner();
    assert_eq!(kept.rejections.len(), 5_000);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_of_another_network_than_the_named_one_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let events = system.event_count().await;
    let request = AssertNetworkRequest {
        network: "asean".to_owned(),
        name: "facts".to_owned(),
        content: br#"{"network": "mercosur"}"#.to_vec(),
    };
    let refused = system.client.assert_network(request).await.expect_err("another network");
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    assert!(refused.message().contains("mercosur"), "{}", refused.message());
    let request = AssertNetworkRequest {
        network: "asean".to_owned(),
        name: "facts".to_owned(),
        content: br#"{"network": "asean", "entities": [{"kind": "actor", "id": "returnees",
            "name": "R", "type": "transnational_community", "source": "s",
            "members": ["Jane Doe"]}]}"#
            .to_vec(),
    };
    let refused = system.client.assert_network(request).await.expect_err("a person");
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    assert!(refused.message().contains("`members` is about a person"), "{}", refused.message());
    assert!(!refused.message().contains("Jane"), "{}", refused.message());
    assert_eq!(system.event_count().await, events);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_beyond_all_rows_gives_an_empty_page() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    system.ingest(&file(&[row("SG", 2014, "1")])).await;
    let page_token = "v1.0.ffffffffffffffff".to_owned();
    let request = ListRejectionsRequest { page_token: page_token.clone(), ..Default::default() };
    let kept = system.client.list_rejections(request).await.expect("a page").into_inner();
    assert!(kept.rejections.is_empty() && kept.next_page_token.is_empty());
    let request = ListReleasesRequest { page_token: page_token.clone(), ..Default::default() };
    let listed = system.client.list_releases(request).await.expect("a page").into_inner();
    assert!(listed.releases.is_empty() && listed.next_page_token.is_empty());
    let page_token = "s1.ffffffffffffffff.ZZ.beyond.all".to_owned();
    let request = ListObservationsRequest { page_token, ..Default::default() };
    assert!(system.observations(request).await.is_empty());
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_dataflow_too_many_in_a_file_publishes_none_of_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let other = row("SG", 2014, "2").replace("DF_FDI_HOST", "DF_FDI_INDUSTRY");
    let content = file(&[row("SG", 2014, "1"), other]);
    let options = IngestOptions { dataflow: "DF_FDI_HOST".to_owned(), ..Default::default() };
    let refused = system.send(&content, options).await.expect_err("another dataflow");
    assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{refused:?}");
    assert!(refused.message().contains("DF_FDI_INDUSTRY"), "{}", refused.message());
    assert!(system.values("SG").await.is_empty(), "half of the file was published");
    system.stop().await;
}
