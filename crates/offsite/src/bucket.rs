//! The library's S3 client, as we want it.
//!
//! Path-style addresses: Supabase Storage and Garage know no others, and every storage takes them. The
//! endpoint may have a path (`/storage/v1/s3`); it is part of what is signed.

use std::time::Duration;

use object_store::{
    BackoffConfig, ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
};

use crate::{Bucket, Trouble, way::Way};

/// What stumbles is tried again within one try; what lasts longer is the queue's business.
const RETRIES: usize = 2;
const RETRY_WITHIN: Duration = Duration::from_secs(60);

/// What a file is, by its ending; some buckets take only what they were told to.
const TYPES: [(&str, &str); 8] = [
    ("wav", "audio/wav"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("mp4", "video/mp4"),
    ("flac", "audio/flac"),
    ("ogg", "audio/ogg"),
    ("webm", "audio/webm"),
    ("json", "application/json"),
];

pub(crate) fn open(bucket: &Bucket) -> Result<AmazonS3, Trouble> {
    let endpoint = bucket.endpoint.as_str().trim_end_matches('/');
    let options = TYPES
        .iter()
        .fold(ClientOptions::new(), |options, (ending, kind)| {
            options.with_content_type_for_suffix(*ending, *kind)
        })
        .with_default_content_type("application/octet-stream")
        // The guard has looked at the endpoint already, and looks at each address again.
        .with_allow_http(true);
    let built = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_endpoint(endpoint)
        .with_virtual_hosted_style_request(false)
        .with_region(&bucket.region)
        .with_access_key_id(bucket.keys.id.reveal())
        .with_secret_access_key(bucket.keys.secret.reveal())
        .with_client_options(options)
        .with_http_connector(Way::to(&bucket.endpoint))
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: RETRIES,
            retry_timeout: RETRY_WITHIN,
        })
        .build();
    Ok(built?)
}
