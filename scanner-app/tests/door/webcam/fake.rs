//! Cameras that are folders: see `tests/fakecam/preload.c`. The program's own way to a camera runs as it is.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, GrayImage, RgbImage};
use tempfile::TempDir;

/// Where a preloaded program finds its cameras.
pub(crate) const FOLDER: &str = "FAKECAM_DIR";

/// The folder that all cameras of a test are in.
pub(crate) struct Cameras {
    folder: TempDir,
}

/// What happens to a camera, for as long as there is a file of that name.
#[derive(Clone, Copy)]
pub(crate) enum Mishap {
    Unplugged,
    Stall,
    Stuck,
    Busy,
    Forbidden,
}

impl Mishap {
    fn file(self) -> &'static str {
        match self {
            Self::Unplugged => "unplugged",
            Self::Stall => "stall",
            Self::Stuck => "stuck",
            Self::Busy => "busy",
            Self::Forbidden => "forbidden",
        }
    }
}

/// One of them.
#[derive(Clone)]
pub(crate) struct FakeCamera {
    folder: PathBuf,
}

impl Cameras {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// One more device, with these modes; nothing before it yet. To be called before the program starts.
    pub(crate) fn add(&self, number: u32, modes: &str) -> FakeCamera {
        let camera = FakeCamera::at(self.path(), number);
        fs::create_dir_all(&camera.folder).expect("a folder");
        fs::write(camera.folder.join("modes"), modes).expect("written");
        camera
    }

    /// The node of data about pictures that a webcam has beside the one of pictures.
    pub(crate) fn add_metadata(&self, number: u32) {
        let node = self.add(number, "MJPG:1280x720@30");
        fs::write(node.folder.join("metadata"), "").expect("written");
    }

    /// Has the program find these cameras, and none of the machine's.
    pub(crate) fn before<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("LD_PRELOAD", library())
            .env(FOLDER, self.path())
    }
}

/// Made by the C compiler that Rust links with, once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fakecam");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (library, making) = (
            folder.join("libfakecam.so"),
            folder.join(format!("libfakecam-{}.so", std::process::id())),
        );
        let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
        let made = Command::new(compiler)
            .args([
                "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
            ])
            .arg(&making)
            .args([sources.join("devices.c"), sources.join("preload.c")])
            .arg("-ldl")
            .status()
            .expect("a C compiler");
        assert!(made.success(), "{} compiles", sources.display());
        fs::rename(making, &library).expect("renamed");
        library
    })
}

impl FakeCamera {
    fn at(cameras: &Path, number: u32) -> Self {
        Self {
            folder: cameras.join(format!("video{number}")),
        }
    }

    /// In the program before it.
    pub(crate) fn here(number: u32) -> Self {
        let cameras = env::var_os(FOLDER).expect("this program is before cameras");
        Self::at(cameras.as_ref(), number)
    }

    /// As `door cameras` names it.
    pub(crate) fn id(&self) -> String {
        let name = self.folder.file_name().and_then(|name| name.to_str());
        format!(
            "usb-fake-{}",
            name.expect("a name").trim_start_matches("video")
        )
    }

    pub(crate) fn suffers(&self, mishap: Mishap) {
        fs::write(self.folder.join(mishap.file()), "").expect("written");
    }

    pub(crate) fn recovers(&self, mishap: Mishap) {
        fs::remove_file(self.folder.join(mishap.file())).expect("it was there");
    }

    /// This picture from now on, as JPEG of this size.
    pub(crate) fn shows(&self, picture: &GrayImage, width: u32, height: u32) {
        self.gives("mjpg", &jpeg(&placed(picture, width, height)));
    }

    /// This picture from now on, in 640 x 480 YUYV.
    pub(crate) fn shows_yuyv(&self, picture: &GrayImage) {
        let bytes: Vec<u8> = placed(picture, 640, 480)
            .iter()
            .flat_map(|&grey| [grey, 128])
            .collect();
        self.gives("yuyv", &bytes);
    }

    /// This picture from now on, in 640 x 480 NV12.
    pub(crate) fn shows_nv12(&self, picture: &GrayImage) {
        let mut bytes = placed(picture, 640, 480).into_raw();
        bytes.resize(640 * 480 * 3 / 2, 128);
        self.gives("nv12", &bytes);
    }

    /// These bytes from now on, as a picture in that encoding.
    pub(crate) fn gives(&self, encoding: &str, bytes: &[u8]) {
        let making = self.folder.join("making");
        fs::write(&making, bytes).expect("written");
        fs::rename(making, self.folder.join(format!("now.{encoding}"))).expect("renamed");
    }
}

/// A camera's JPEG is in colour, even of something grey.
pub(crate) fn jpeg(picture: &GrayImage) -> Vec<u8> {
    let colours = RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        image::Rgb([picture.get_pixel(x, y).0[0]; 3])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85)
        .encode(
            &colours,
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .expect("encoded");
    bytes
}

/// As large as the height allows, in the middle of a dark frame.
fn placed(picture: &GrayImage, width: u32, height: u32) -> GrayImage {
    let scaled = imageops::resize(
        picture,
        picture.width() * height / picture.height(),
        height,
        FilterType::Nearest,
    );
    let mut frame = GrayImage::from_pixel(width, height, image::Luma([24]));
    let left = (i64::from(width) - i64::from(scaled.width())) / 2;
    imageops::replace(&mut frame, &scaled, left, 0);
    frame
}
