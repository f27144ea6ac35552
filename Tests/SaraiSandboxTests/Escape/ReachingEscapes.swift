import Foundation
import SaraiSandbox
import Testing

/// Ways to whoever listens outside, and to what a parent has open.
extension Escape {
  static let network: [Escape] = {
    let inet: (SandboxLayers, SandboxLayers) = (
      [.networkNamespace, .seccomp, .landlock], [.networkNamespace, .seccomp]
    )
    let taken: Look = { _, scene, _ in scene.ports.freeIsTaken ? "it listens on the host" : nil }
    return [
      Escape("connect to the host's loopback", .network, bubblewrap: inet.0, docker: inet.1) {
        ["connect-inet", "\($0.ports.tcp)"]
      },
      Escape("connect to the host's loopback (IPv6)", .network, bubblewrap: inet.0, docker: inet.1) {
        ["connect-inet6", "\($0.ports.tcp6)"]
      },
      Escape("send a datagram", .network, bubblewrap: inet.0, docker: inet.1) { ["send-inet", "\($0.ports.udp)"] },
      Escape("ask a name server", .network, bubblewrap: inet.0, docker: inet.1) { ["ask-names", "\($0.ports.names)"] },
      Escape("listen on a port of the host", .network, bubblewrap: inet.0, docker: inet.1, look: taken) {
        ["accept-inet", "\($0.ports.free)"]
      },
      Escape(
        "connect to an abstract socket", .network, bubblewrap: [.networkNamespace, .seccomp, .landlock],
        docker: [.networkNamespace, .seccomp]
      ) { ["connect-abstract", $0.ports.abstractStream] },
      Escape(
        "send to an abstract socket", .network, bubblewrap: [.networkNamespace, .seccomp, .landlock],
        docker: [.networkNamespace, .seccomp]
      ) { ["send-abstract", $0.ports.abstractDatagram] },
      Escape(
        "listen on an abstract name", .network, bubblewrap: .networkNamespace, docker: .networkNamespace, look: taken
      ) { ["accept-abstract", $0.ports.abstractFree] },
      Escape(
        "connect to a socket that was not granted", .network, bubblewrap: [.ownRoot, .seccomp],
        docker: [.ownRoot, .seccomp]
      ) { ["connect-path", $0.ports.path] },
      Escape(
        "connect to a socket in a folder that was granted", .network, bubblewrap: .seccomp, docker: .seccomp,
        change: sockets
      ) { ["connect-path", "/data/\($0.ports.streamName)"] },
      Escape(
        "send to a socket in a folder that was granted", .network, bubblewrap: .seccomp, docker: .seccomp,
        change: sockets
      ) { ["send-path", "/data/\($0.ports.datagramName)"] },
    ]
  }()

  static let inheritance: [Escape] = {
    func leaving(_ name: String, _ call: String, _ file: String, bubblewrap: SandboxLayers) -> Escape {
      Escape(
        name, .inheritance, bubblewrap: bubblewrap, docker: .seccomp, change: serve,
        look: { process, _, _ in
          EscapeScene.oddFiles(in: "/proc/\(process.pid)/root\(SandboxPaths.socketFolder)").first
        }
      ) { _ in [call, "\(SandboxPaths.socketFolder)/\(file)"] }
    }
    return [
      Escape("read a descriptor of whoever started it", .inheritance, bubblewrap: .descriptors, docker: nil) {
        ["read-descriptor", "\($0.descriptor)"]
      },
      Escape(
        "read a variable of whoever started it", .inheritance, bubblewrap: .ownEnvironment, docker: .ownEnvironment
      ) { _ in ["read-variable", EscapeScene.variable] },
      leaving(
        "leave a link where the host looks for its socket", "make-link", "skill.sock",
        bubblewrap: [.seccomp, .landlock]),
      leaving(
        "leave a pipe where the host looks for its socket", "make-fifo", "skill.sock",
        bubblewrap: [.seccomp, .landlock]),
      leaving("leave a set-user-ID file beside its socket", "create-setuid", "new", bubblewrap: [.seccomp, .landlock]),
      Escape(
        "leave a file beside its socket", .inheritance, bubblewrap: .landlock, docker: nil, change: serve,
        look: { process, _, _ in
          text("/proc/\(process.pid)/root\(SandboxPaths.socketFolder)/new").isEmpty ? nil : "a file was left"
        }
      ) { _ in ["create-file", "\(SandboxPaths.socketFolder)/new"] },
    ]
  }()
}
