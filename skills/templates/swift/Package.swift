// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "__NAME__",
  dependencies: [.package(name: "sarai", path: "__SARAI__")],
  targets: [
    .executableTarget(name: "__NAME__", dependencies: [.product(name: "SkillProtocol", package: "sarai")]),
    .testTarget(name: "__TYPE__Tests", dependencies: ["__NAME__"]),
  ]
)
