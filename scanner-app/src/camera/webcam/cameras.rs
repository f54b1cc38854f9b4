//! Which cameras are there, and which of them is taken.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::panic::catch_unwind;
use std::str::FromStr;

use v4l::Device;
use v4l::capability::Flags;
use v4l::context::Node;

/// Where a camera is plugged in, which stays the same when the machine starts anew or another camera comes and goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CameraId(String);

impl fmt::Display for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text names no camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a camera's id is not empty; `door cameras` lists those that are there")]
pub struct ParseCameraIdError;

impl FromStr for CameraId {
    type Err = ParseCameraIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ParseCameraIdError);
        }
        Ok(Self(text.to_owned()))
    }
}

/// A camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraInfo {
    /// By which it is chosen.
    pub id: CameraId,
    /// What its maker calls it.
    pub name: String,
    /// Of `/dev/videoN`, until it is unplugged.
    pub(super) index: u32,
}

/// The cameras that are plugged in.
pub fn list_cameras() -> Vec<CameraInfo> {
    let mut on_bus = HashMap::new();
    nodes()
        .into_iter()
        // The library expects names in UTF-8, and there are cameras whose name is cut off within a letter.
        .filter_map(|index| catch_unwind(|| capture_node(index)).ok().flatten())
        .map(|(index, name, bus)| {
            // One device can have several cameras: a usual one, and one for faces in the dark.
            let place = on_bus
                .entry(bus.clone())
                .and_modify(|place| *place += 1)
                .or_insert(1);
            let id = if *place == 1 {
                bus
            } else {
                format!("{bus}/{place}")
            };
            CameraInfo {
                id: CameraId(id),
                name,
                index,
            }
        })
        .collect()
}

/// The numbers of the devices that may be cameras, in order.
pub(super) fn nodes() -> Vec<u32> {
    let entries = fs::read_dir("/dev").into_iter().flatten().flatten();
    let mut nodes: Vec<u32> = entries
        .filter_map(|entry| node_of(entry.file_name().to_str()?))
        .collect();
    nodes.sort_unstable();
    nodes
}

fn node_of(name: &str) -> Option<u32> {
    let number = name.strip_prefix("video")?;
    number
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| number.parse().ok())?
}

/// Its number, name and bus when it gives pictures: a webcam has a second node, for data about them. What can't be opened
/// is taken for a camera, so that opening it says why.
fn capture_node(index: u32) -> Option<(u32, String, String)> {
    let device = match Device::new(index as usize) {
        Ok(device) => device,
        Err(error) if is_gone(&error) => return None,
        Err(_) => {
            let node = format!("/dev/video{index}");
            let name = Node::new(&node).name().unwrap_or_else(|| node.clone());
            return Some((index, name, node));
        }
    };
    let about = device.query_caps().ok()?;
    let is_camera = about
        .capabilities
        .contains(Flags::VIDEO_CAPTURE | Flags::STREAMING);
    is_camera.then_some((index, about.card, about.bus))
}

/// Whether the kernel says that there is no such device any more.
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENODEV | libc::ENOENT | libc::ENXIO)
    )
}

/// The chosen one when it can be had, else the first that can.
pub(super) fn pick<'a>(
    cameras: &'a [CameraInfo],
    chosen: Option<&CameraId>,
    left_out: &[CameraId],
) -> Option<&'a CameraInfo> {
    let can_be_had = || {
        cameras
            .iter()
            .filter(|camera| !left_out.contains(&camera.id))
    };
    can_be_had()
        .find(|camera| Some(&camera.id) == chosen)
        .or_else(|| can_be_had().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(id: &str) -> CameraInfo {
        CameraInfo {
            id: id.parse().unwrap(),
            name: "Camera".into(),
            index: 0,
        }
    }

    #[test]
    fn only_numbered_nodes_may_be_cameras() {
        let names = [
            "video0",
            "video12",
            "video",
            "video-dec0",
            "video1a",
            "vcs",
            "media0",
        ];
        let nodes: Vec<_> = names.into_iter().filter_map(node_of).collect();
        assert_eq!(nodes, [0, 12]);
    }

    #[test]
    fn the_chosen_camera_is_taken_else_the_first_that_can_be_had() {
        let (front, back) = (camera("front"), camera("back"));
        let both = [front.clone(), back.clone()];
        assert_eq!(pick(&both, Some(&back.id), &[]), Some(&back));
        assert_eq!(pick(&both, Some(&camera("gone").id), &[]), Some(&front));
        assert_eq!(pick(&both, None, &[]), Some(&front));
        assert_eq!(
            pick(&both, Some(&back.id), std::slice::from_ref(&back.id)),
            Some(&front)
        );
        assert_eq!(pick(&both, None, &[front.id, back.id.clone()]), None);
        assert_eq!(pick(&[], Some(&back.id), &[]), None);
    }

    #[test]
    fn an_id_is_any_text_but_none() {
        assert!("".parse::<CameraId>().is_err());
        assert_eq!(
            "usb-0000:00:14.0-3/2"
                .parse::<CameraId>()
                .unwrap()
                .to_string(),
            "usb-0000:00:14.0-3/2"
        );
    }
}
