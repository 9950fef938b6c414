//! What makes a release, and what does not.

use api::ingestion::{
    IngestOptions, IngestRequest, ListObservationsRequest, ListReleasesRequest, ingest_request,
};
use api::types::{AsOf, as_of::Clock};

use crate::fixture::{HOSTS, System, file, row, withdrawal};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_release_twice_changes_nothing_and_says_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let content = file(&[row("SG", 2014, "72098"), row("MY", 2014, "10714")]);
    let first = system.ingest(&content).await;
    assert_eq!(
        (first.outcome.as_str(), first.id.as_str()),
        ("published", "ENTREPOT:DF_FDI_HOST(1.0)/1")
    );
    assert_eq!(first.records.expect("counts").first, 2);
    let events = system.event_count().await;
    let second = system.ingest(&content).await;
    assert_eq!(second.outcome, "unchanged");
    assert_eq!(second.id, first.id);
    assert_eq!(system.event_count().await, events, "a repeated release adds no event");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_then_b_then_a_again_are_three_releases() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let a = file(&[row("SG", 2014, "72098")]);
    let b = file(&[row("SG", 2014, "73000")]);
    for (content, expected) in [(&a, "1"), (&b, "2"), (&a, "3")] {
        let release = system.ingest(content).await;
        assert_eq!(release.outcome, "published");
        assert!(release.id.ends_with(expected), "{}", release.id);
    }
    assert_eq!(system.values("SG").await, [("2014".to_owned(), "72098".to_owned())]);
    let releases = system.client.list_releases(ListReleasesRequest::default()).await;
    assert_eq!(releases.expect("releases").into_inner().releases.len(), 3);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_counted_by_what_they_are_against_the_vintage_before() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    system.ingest(&file(&[row("SG", 2012, "1"), row("SG", 2013, "2"), row("SG", 2014, "3")])).await;
    let content = file(&[
        row("SG", 2012, "1"),
        row("SG", 2013, "2.5"),
        withdrawal("SG", 2014),
        row("SG", 2015, "4"),
    ]);
    let release = system.ingest(&content).await;
    assert_eq!(release.outcome, "published", "{:?}", release.rejections);
    let counts = release.records.expect("counts");
    let found = (counts.first, counts.unchanged, counts.revised, counts.deleted);
    assert_eq!(found, (1, 1, 1, 1));
    let values = system.values("SG").await;
    let expected = [("2012", "1"), ("2013", "2.5"), ("2015", "4")];
    assert_eq!(values, expected.map(|(period, value)| (period.to_owned(), value.to_owned())));
    let request = ListObservationsRequest {
        key: "A.SG".to_owned(),
        period: "2014".to_owned(),
        history: true,
        ..Default::default()
    };
    let history = system.observations(request).await;
    let history: Vec<_> = history.iter().map(|one| (one.value.clone(), one.withdrawn)).collect();
    assert_eq!(history, [(Some("3".to_owned()), false), (None, true)], "nothing is overwritten");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_as_of_answers_as_it_would_have_then() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let at = |text: &str| Some(api::timestamp_to(text.parse().expect("an instant")));
    for (time, value) in [("2015-05-26T00:00:00Z", "1"), ("2016-05-26T00:00:00Z", "2")] {
        let options = IngestOptions { released_at: at(time), ..Default::default() };
        system.ingest_as(&file(&[row("SG", 2014, value)]), options).await;
    }
    let asked = |time: &str| ListObservationsRequest {
        dataflow: HOSTS.to_owned(),
        as_of: Some(AsOf { clock: Some(Clock::ReleasedAt(at(time).expect("an instant"))) }),
        ..Default::default()
    };
    let then = system.observations(asked("2015-12-31T00:00:00Z")).await;
    assert_eq!(then[0].value.as_deref(), Some("1"));
    let now = system.observations(asked("2017-01-01T00:00:00Z")).await;
    assert_eq!(now[0].value.as_deref(), Some("2"));
    let before = system.client.list_observations(asked("2015-05-25T23:59:59Z")).await;
    let refused = before.expect_err("nothing had been released");
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
    assert!(refused.message().contains("2015-05-26"), "{}", refused.message());
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_on_a_stale_base_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let first = system.ingest(&file(&[row("SG", 2014, "1")])).await;
    let based = |base: &str| IngestOptions { expected_base: base.to_owned(), ..Default::default() };
    let second = system.ingest_as(&file(&[row("SG", 2014, "2")]), based(&first.id)).await;
    assert_eq!(second.outcome, "published");
    let stale = system.send(&file(&[row("SG", 2014, "3")]), based(&first.id)).await;
    assert_eq!(stale.expect_err("stale").code(), tonic::Code::FailedPrecondition);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_publishes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let events = system.event_count().await;
    let options = IngestOptions { dry_run: true, ..Default::default() };
    let release = system.ingest_as(&file(&[row("SG", 2014, "1")]), options).await;
    assert_eq!(release.outcome, "dry_run");
    assert_eq!(release.records.expect("counts").first, 1);
    assert_eq!(system.event_count().await, events);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_refused_rows_and_what_the_rest_would_do() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let events = system.event_count().await;
    let content = file(&[row("SG", 2014, "1"), row("ATLANTIS", 2014, "2")]);
    let options = IngestOptions { dry_run: true, ..Default::default() };
    let release = system.ingest_as(&content, options).await;
    assert_eq!(release.outcome, "dry_run");
    let counts = release.records.expect("counts");
    assert_eq!((counts.first, counts.rejected), (1, 1));
    assert_eq!(release.rejections.len(), 1);
    assert!(release.explanation.contains("would refuse"), "{}", release.explanation);
    assert_eq!(system.event_count().await, events);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_that_is_stuck_holds_up_no_release() {
    let directory = tempfile::tempdir().expect("a directory");
    // It takes connections and never answers.
    let stuck = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let uri = format!("http://{}", stuck.local_addr().expect("an address"));
    let metrics = Some(uri.parse().expect("a URI"));
    let mut system = System::start_beside(directory.path(), metrics).await;
    let content = file(&[row("SG", 2014, "1")]);
    let part = |part| IngestRequest { part: Some(part) };
    let options = IngestOptions { dry_run: true, ..IngestOptions::default() };
    let requests = [
        part(ingest_request::Part::Options(options)),
        part(ingest_request::Part::Chunk(content.clone().into())),
    ];
    let answers = system.client.ingest(tokio_stream::iter(requests)).await.expect("a call");
    let open = stuck.accept().expect("metrics is asked for a preview");
    let limit = std::time::Duration::from_secs(20);
    let published = tokio::time::timeout(limit, system.ingest(&content)).await;
    assert_eq!(published.expect("it has its turn").outcome, "published");
    drop((answers, open));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_time_that_cannot_be_kept_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    for time in ["1600-01-01T00:00:00Z", "2300-01-01T00:00:00Z"] {
        let released_at = Some(api::timestamp_to(time.parse().expect("a time")));
        let options = IngestOptions { released_at, ..IngestOptions::default() };
        let refused = system.send(&file(&[row("SG", 2014, "1")]), options).await;
        assert_eq!(refused.expect_err(time).code(), tonic::Code::InvalidArgument);
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_give_each_observation_once_and_in_order() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let mut rows = Vec::new();
    for area in ["BN", "KH", "SG"] {
        rows.extend((2010..2015).map(|year| row(area, year, "1")));
    }
    system.ingest(&file(&rows)).await;
    let whole = system.observations(ListObservationsRequest::default()).await;
    assert_eq!(whole.len(), 15);
    for page_size in [1, 4, 5, 7, 15, 16] {
        let mut all = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListObservationsRequest {
                dataflow: HOSTS.to_owned(),
                page_size,
                page_token,
                ..Default::default()
            };
            let page = system.client.list_observations(request).await.expect("a page").into_inner();
            assert!(page.observations.len() <= page_size as usize);
            all.extend(page.observations);
            if page.next_page_token.is_empty() {
                break;
            }
            page_token = page.next_page_token;
        }
        assert_eq!(all, whole, "pages of {page_size}");
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_release_of_an_older_vintage_does_not_outlive_what_confirmed_the_value_since() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let at = |text: &str| Some(api::timestamp_to(text.parse().expect("an instant")));
    let releases = [
        ("2015-01-01T00:00:00Z", "1"),
        ("2015-03-01T00:00:00Z", "1"),
        ("2015-02-01T00:00:00Z", "2"),
    ];
    for (time, value) in releases {
        let options = IngestOptions { released_at: at(time), ..Default::default() };
        system.ingest_as(&file(&[row("SG", 2014, value)]), options).await;
    }
    assert_eq!(system.values("SG").await, [("2014".to_owned(), "1".to_owned())]);
    let february = ListObservationsRequest {
        dataflow: HOSTS.to_owned(),
        as_of: Some(AsOf {
            clock: Some(Clock::ReleasedAt(at("2015-02-15T00:00:00Z").expect("it"))),
        }),
        ..Default::default()
    };
    assert_eq!(system.observations(february).await[0].value.as_deref(), Some("2"));
    system.stop().await;
}
