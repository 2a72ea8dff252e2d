//! nginx as people put it in front of a forwarded port: it speaks TLS outside and plain HTTP inside.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

use crate::{
    descendants, free_port, kill,
    programs::{LOOKS, find},
    run,
};

/// A proxy with a certificate of a CA of its own.
#[derive(Debug)]
pub struct Nginx {
    folder: TempDir,
    port: u16,
    process: Child,
}

impl Nginx {
    /// Starts one that leads to `127.0.0.1:target`.
    ///
    /// # Panics
    /// When nginx or openssl is not installed, or it does not start.
    pub async fn start(target: u16) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        certificates(&folder);
        let (port, base) = (free_port(), folder.path().display());
        let config = format!(
            "daemon off; master_process off; pid {base}/pid; error_log {base}/log;\n\
             events {{}}\n\
             http {{ access_log off; client_max_body_size 32m;\n\
               client_body_temp_path {base}/body; proxy_temp_path {base}/proxy;\n\
               fastcgi_temp_path {base}/f; uwsgi_temp_path {base}/u; scgi_temp_path {base}/s;\n\
               server {{ listen 127.0.0.1:{port} ssl;\n\
                 ssl_certificate {base}/leaf.pem; ssl_certificate_key {base}/leaf.key;\n\
                 location / {{ proxy_pass http://127.0.0.1:{target}; proxy_set_header Host $http_host; }} }} }}\n"
        );
        fs::write(folder.path().join("config"), config).expect("a new folder");
        let process = Command::new(find("nginx", "nginx-light"))
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(folder.path().join("config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it was found a moment ago");
        let nginx = Self {
            folder,
            port,
            process,
        };
        for _ in 0..LOOKS {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return nginx;
            }
            sleep(Duration::from_millis(40)).await;
        }
        let log = fs::read_to_string(nginx.folder.path().join("log")).unwrap_or_default();
        panic!("nginx does not start: {log}");
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The public address.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The certificate that it is known by.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let mut all = descendants(self.process.id());
        all.push(self.process.id());
        kill(&all);
        let _ = self.process.wait();
    }
}

fn certificates(folder: &TempDir) {
    let openssl = find("openssl", "openssl");
    let path = |name: &str| {
        let path = folder.path().join(name);
        path.to_str()
            .expect("a temporary folder has a plain name")
            .to_owned()
    };
    let (ca, ca_key, leaf, leaf_key) = (
        path("ca.pem"),
        path("ca.key"),
        path("leaf.pem"),
        path("leaf.key"),
    );
    let (request, extra) = (path("request"), path("extra"));
    const KEY: [&str; 6] = [
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ];
    let authority = [
        "-x509",
        "-days",
        "30",
        "-subj",
        "/CN=A CA of a test",
        "-keyout",
        &ca_key,
        "-out",
        &ca,
    ];
    run(&openssl, &[&KEY[..], &authority].concat());
    let asking = [
        "-subj",
        "/CN=127.0.0.1",
        "-keyout",
        &leaf_key,
        "-out",
        &request,
    ];
    run(&openssl, &[&KEY[..], &asking].concat());
    fs::write(&extra, "subjectAltName=IP:127.0.0.1,DNS:localhost\n").expect("a new folder");
    run(
        &openssl,
        &[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-CAcreateserial",
            "-days",
            "30",
            "-extfile",
            &extra,
            "-out",
            &leaf,
        ],
    );
}
