//! A bucket: a real S3 server on loopback, over a folder, that checks signatures. It can be out of order.

use std::{
    convert::Infallible,
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use ringback_model::Secret;
use ringback_offsite::{Bucket as BucketPlace, Copies, Keys, Place};
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// The name of the bucket.
pub const NAME: &str = "call-recordings";
/// The folder in it.
pub const PREFIX: &str = "clinic";

const KEY_ID: &str = "GK0123456789";
const SECRET: &str = "a secret that appears nowhere";

/// How the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weather {
    /// It answers.
    Fair,
    /// Every connection is cut.
    Down,
    /// What is asked is taken and never answered.
    Hanging,
    /// The same, for this part of an upload and later ones.
    HangingAtPart(u32),
}

/// A bucket on a server of its own.
#[derive(Debug)]
pub struct Bucket {
    folder: TempDir,
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    asked: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Bucket {
    /// Starts the server with an empty bucket.
    ///
    /// # Panics
    /// When there is no port on loopback, or no temporary folder.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join(NAME)).expect("a new folder");
        let files = FileSystem::new(folder.path()).expect("the folder is there");
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it has one");
        let (weather, _) = watch::channel(Weather::Fair);
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let server = tokio::spawn(serve(listener, service, weather.subscribe(), asked.clone()));
        Self {
            folder,
            address,
            weather,
            asked,
            server,
        }
    }

    /// From now on it is like this.
    pub fn is(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// `[offsite]` for this bucket.
    pub fn config(&self) -> String {
        format!(
            "\n[offsite]\nurl = \"s3://{NAME}/{PREFIX}\"\nendpoint = \"http://{}\"\nregion = \"eu-central-1\"\n",
            self.address
        )
    }

    /// The keys, as environment variables.
    pub fn environment() -> Vec<(String, String)> {
        [
            ("RINGBACK_OFFSITE_ACCESS_KEY_ID", KEY_ID),
            ("RINGBACK_OFFSITE_SECRET_ACCESS_KEY", SECRET),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The bucket by the same means as the app's.
    ///
    /// # Panics
    /// When this machine cannot do TLS.
    pub fn copies(&self) -> Copies {
        Copies::at(&self.place(SECRET)).expect("a place")
    }

    /// The same with this secret key.
    ///
    /// # Panics
    /// Never.
    pub fn place(&self, secret: &str) -> Place {
        Place::Bucket(BucketPlace {
            name: NAME.into(),
            prefix: PREFIX.into(),
            endpoint: format!("http://{}", self.address)
                .parse()
                .expect("an address is a URL"),
            region: "eu-central-1".into(),
            keys: Keys {
                id: Secret::new(KEY_ID),
                secret: Secret::new(secret),
            },
        })
    }

    /// Where the server keeps what belongs to the file of this name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(NAME).join(PREFIX).join(name)
    }

    /// The requests so far: method and path with query.
    pub fn asked(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How often something with these words was asked.
    pub fn count(&self, method: &str, words: &str) -> usize {
        let asked = self.asked();
        asked
            .iter()
            .filter(|line| line.starts_with(method) && line.contains(words))
            .count()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    listener: TcpListener,
    service: S3Service,
    weather: watch::Receiver<Weather>,
    asked: Arc<Mutex<Vec<String>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (service, weather, asked) = (service.clone(), weather.clone(), asked.clone());
        tokio::spawn(async move {
            let mut cut = weather.clone();
            let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let (service, mut weather) = (service.clone(), weather.clone());
                let line = format!("{} {}", request.method(), request.uri());
                asked
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line.clone());
                async move {
                    let answers = |weather: &Weather| match weather {
                        Weather::Fair | Weather::Down => true,
                        Weather::Hanging => false,
                        Weather::HangingAtPart(first) => {
                            part_of(&line).is_none_or(|part| part < *first)
                        }
                    };
                    // Whoever is kept waiting is answered when the weather is better.
                    let _ = weather.wait_for(answers).await;
                    let answered = service.call(request.map(s3s::Body::from)).await;
                    Ok::<_, Infallible>(answered.unwrap_or_else(|_| {
                        let mut broken = hyper::Response::new(s3s::Body::empty());
                        *broken.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
                        broken
                    }))
                }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer);
            tokio::select! {
                _ = connection => {}
                _ = cut.wait_for(|weather| *weather == Weather::Down) => {}
            }
        });
    }
}

/// The number in `partNumber=2`.
fn part_of(line: &str) -> Option<u32> {
    let (_, rest) = line.split_once("partNumber=")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
