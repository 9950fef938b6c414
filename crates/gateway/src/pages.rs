//! Lists that every instance has a part of, as one: page after page of the first instance, then of
//! the next. The token says whose page is next; an instance that has nothing is passed over.

use std::time::Duration;

use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::ingestion::{
    ListRejectionsRequest, ListRejectionsResponse, ListReleasesRequest, ListReleasesResponse,
};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::refusal::Refusal;

/// Answers a list, by the name of its method.
///
/// # Errors
/// [`Refusal::Unreadable`] for a request or a token that is none; whatever an instance answers is
/// answered as it is.
pub(crate) async fn answer(
    method: &str,
    message: &[u8],
    instances: &[Channel],
    limit: Duration,
) -> Result<Response<Body>, Refusal> {
    let answered = match method {
        "ListReleases" => list::<ListReleasesRequest>(message, instances, limit).await,
        "ListRejections" => list::<ListRejectionsRequest>(message, instances, limit).await,
        _ => Err(Trouble::Unreadable),
    };
    match answered {
        Ok(encoded) => Ok(response(&encoded)),
        Err(Trouble::Unreadable) => Err(Refusal::Unreadable),
        Err(Trouble::Status(status)) => Ok(status.into_http()),
    }
}

enum Trouble {
    Unreadable,
    Status(Box<Status>),
}

/// A request for a page of a list.
trait Pages: Message + Clone + Default + Sized {
    type Answer: Message + Default;

    fn token(&mut self) -> &mut String;
    async fn ask(self, channel: Channel, limit: Duration) -> Result<Self::Answer, Status>;
    fn next_token(answer: &mut Self::Answer) -> &mut String;
    fn is_empty(answer: &Self::Answer) -> bool;
}

async fn list<R: Pages>(
    message: &[u8],
    instances: &[Channel],
    limit: Duration,
) -> Result<Vec<u8>, Trouble> {
    let mut request = R::decode(message).map_err(|_| Trouble::Unreadable)?;
    let (mut number, token) = parse(request.token()).ok_or(Trouble::Unreadable)?;
    *request.token() = token;
    loop {
        let channel = instances.get(number).cloned().ok_or(Trouble::Unreadable)?;
        let mut answer = request
            .clone()
            .ask(channel, limit)
            .await
            .map_err(|status| Trouble::Status(Box::new(status)))?;
        let next = R::next_token(&mut answer);
        if !next.is_empty() {
            *next = format!("{number}:{next}");
            return Ok(answer.encode_to_vec());
        }
        number += 1;
        let is_last = number >= instances.len();
        if !is_last {
            *next = format!("{number}:");
        }
        if is_last || !R::is_empty(&answer) {
            return Ok(answer.encode_to_vec());
        }
        request.token().clear();
    }
}

/// The instance and its own token.
fn parse(token: &str) -> Option<(usize, String)> {
    if token.is_empty() {
        return Some((0, String::new()));
    }
    let (number, own) = token.split_once(':')?;
    Some((number.parse().ok()?, own.to_owned()))
}

impl Pages for ListReleasesRequest {
    type Answer = ListReleasesResponse;

    fn token(&mut self) -> &mut String {
        &mut self.page_token
    }

    async fn ask(self, channel: Channel, limit: Duration) -> Result<Self::Answer, Status> {
        let mut client = IngestionServiceClient::new(channel).max_decoding_message_size(16 << 20);
        Ok(client.list_releases(within(self, limit)).await?.into_inner())
    }

    fn next_token(answer: &mut Self::Answer) -> &mut String {
        &mut answer.next_page_token
    }

    fn is_empty(answer: &Self::Answer) -> bool {
        answer.releases.is_empty()
    }
}

impl Pages for ListRejectionsRequest {
    type Answer = ListRejectionsResponse;

    fn token(&mut self) -> &mut String {
        &mut self.page_token
    }

    async fn ask(self, channel: Channel, limit: Duration) -> Result<Self::Answer, Status> {
        let mut client = IngestionServiceClient::new(channel).max_decoding_message_size(16 << 20);
        Ok(client.list_rejections(within(self, limit)).await?.into_inner())
    }

    fn next_token(answer: &mut Self::Answer) -> &mut String {
        &mut answer.next_page_token
    }

    fn is_empty(answer: &Self::Answer) -> bool {
        answer.rejections.is_empty()
    }
}

fn within<T>(message: T, limit: Duration) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(limit);
    request
}

/// One message and the trailers of success.
fn response(message: &[u8]) -> Response<Body> {
    let mut framed = BytesMut::with_capacity(5 + message.len());
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::<Bytes>::new(framed.freeze());
    let body = body.with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(Body::new(body));
    let grpc = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(http::header::CONTENT_TYPE, grpc);
    response
}
