// swift-tools-version: 6.2
import PackageDescription

// The layers, and what each target may depend on, are the table of docs/Design.md;
// scripts/check-layers compares this file and every import with that table.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// C programs that run inside sandboxes: linked whole, without Swift's start-up code, and without the counters of
// coverage, which would want to write a file.
let confinedC: [CSetting] = [
  .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-fno-profile-instr-generate", "-fno-coverage-mapping"])
]
let staticC: [LinkerSetting] = [.unsafeFlags(["-static-executable", "-nostartfiles"])]

// Skills run many at a time, so that what each start of the program takes counts: its relocations packed, and its
// place in memory a multiple of 64 KiB, for the kernel maps files by such pieces, and only equal pieces are shared.
let sharedProgram: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld"] + ["pack-relative-relocs", "max-page-size=65536"].flatMap { ["-Xlinker", "-z", "-Xlinker", $0] },
    .when(configuration: .release))
]

// Named once, since most targets that talk to other processes need them.
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grpcCore: Target.Dependency = .product(name: "GRPCCore", package: "grpc-swift-2")
let grpcTransport: Target.Dependency = .product(
  name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let grpcProtobuf: Target.Dependency = .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")

let package = Package(
  name: "sarai",
  products: [
    .executable(name: "sarai", targets: ["sarai"]),
    .executable(name: "sarai-engine", targets: ["sarai-engine"]),
    .executable(name: "sarai-confine", targets: ["sarai-confine"]),
    .executable(name: "sarai-skill", targets: ["sarai-skill"]),
    .executable(name: "sarai-memory", targets: ["sarai-memory"]),
    .executable(name: "sarai-loop", targets: ["sarai-loop"]),
    // What skills outside of this package are built with.
    .library(name: "SkillProtocol", targets: ["SkillProtocol"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: []),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", from: "2.4.1"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
  ],
  targets: [
    // Layer 0
    .systemLibrary(name: "CLlamaLibrary", pkgConfig: "sarai-llama"),
    .target(
      name: "CLlama", dependencies: ["CLlamaLibrary"]),
    .systemLibrary(name: "CE5", pkgConfig: "sarai-e5"),
    .target(name: "CAllocator"),
    .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "CProcessFiles"),
    .target(name: "CVectors"),
    .target(name: "CGrammar"),
    .target(name: "CSeccomp", linkerSettings: [.linkedLibrary("seccomp")]),
    .target(
      name: "SaraiCore", dependencies: [logging],
      swiftSettings: settings),
    .target(name: "CChecksumVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(
      name: "SaraiStore", dependencies: ["SaraiCore", "CChecksumVFS", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),

    // Layer 1
    .target(
      name: "SaraiInference",
      dependencies: [
        "SaraiCore", "CGrammar", "CLlama", "CE5",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings),
    .target(
      name: "SkillProtocol",
      dependencies: [
        "CAllocator", "CProcessFiles", "SaraiCore", grpcCore, grpcTransport, grpcProtobuf, logging, nioCore, nioPosix,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),
    .target(name: "SaraiAgent", dependencies: ["SaraiCore"], swiftSettings: settings),
    .target(name: "SaraiSchema", dependencies: ["SaraiCore"], swiftSettings: settings),
    .target(name: "SaraiSandbox", dependencies: ["SaraiCore", "CSeccomp"], swiftSettings: settings),
    .target(name: "SaraiCalc", dependencies: ["SaraiCore"], swiftSettings: settings),
    .target(
      name: "SaraiSQL", dependencies: ["SaraiCore", "CSQLite"], resources: [.embedInCode("Grammar/sql.gbnf")],
      swiftSettings: settings),
    .target(
      name: "SaraiMemory",
      dependencies: ["CSQLite", "CVectors", "SaraiCore", "SaraiStore", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),

    .target(
      name: "SaraiLoop",
      dependencies: ["SaraiCore", "SaraiAgent", "SaraiStore", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),

    .target(
      name: "MemoryProtocol",
      dependencies: [
        "SaraiCore", "SkillProtocol", grpcCore, grpcTransport, grpcProtobuf,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),

    .target(
      name: "LoopProtocol",
      dependencies: [
        "SaraiCore", "SkillProtocol", grpcCore, grpcTransport, grpcProtobuf,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),

    // Layer 2
    .target(
      name: "SaraiLoopService",
      dependencies: [
        "LoopProtocol", "SaraiAgent", "SaraiCore", "SaraiLoop", "SkillProtocol", grpcCore, grpcTransport, logging,
      ],
      swiftSettings: settings),
    .target(
      name: "SaraiMemoryService",
      dependencies: [
        "SaraiCore", "SaraiMemory", "SaraiStore", "MemoryProtocol", "SkillProtocol", grpcCore, grpcTransport, logging,
      ],
      swiftSettings: settings),
    .target(
      name: "SaraiHTTP",
      dependencies: [
        "SaraiCore", "SaraiAgent", "SaraiSchema",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        nioCore, nioPosix, logging,
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "SaraiModels",
      dependencies: [
        "SaraiCore", "SaraiSandbox", "SkillProtocol", "CZlib",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        grpcCore, grpcTransport, nioCore, nioPosix, logging,
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),

    .target(
      name: "SaraiSkills",
      dependencies: [
        "SaraiCore", "SaraiAgent", "SaraiSandbox", "SkillProtocol",
        grpcCore, grpcTransport, logging, nioCore, nioPosix,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),

    // Layer 3
    .target(
      name: "SaraiRuntime",
      dependencies: [
        "CAllocator", "LoopProtocol", "MemoryProtocol", "SaraiCore", "SaraiAgent", "SaraiHTTP", "SaraiMemory",
        "SaraiMemoryService", "SaraiModels", "SaraiSandbox", "SaraiSkills", "SkillProtocol", grpcCore, grpcTransport,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        logging,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),

    .target(
      name: "SaraiBench",
      dependencies: [
        "CSQLite", "LoopProtocol", "MemoryProtocol", "SaraiCore", "SaraiAgent", "SaraiLoop", "SaraiMemory",
        "SaraiModels", "SaraiSQL", "SaraiSandbox", "SaraiSchema", "SaraiSkills", "SkillProtocol", grpcCore,
        grpcTransport, logging,
      ],
      swiftSettings: settings),

    // Layer 4
    .executableTarget(
      name: "sarai",
      dependencies: [
        "LoopProtocol", "SaraiCore", "SaraiAgent", "SaraiBench", "SaraiMemory", "SaraiModels", "SaraiRuntime",
        "SaraiSandbox", "SaraiSkills", "SkillProtocol",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "sarai-engine",
      dependencies: [
        "CAllocator", "SaraiCore", "SaraiInference", "SkillProtocol",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        grpcCore, grpcTransport, grpcProtobuf, logging,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "sarai-skill",
      dependencies: [
        "CAllocator", "SaraiCore", "SaraiCalc", "SaraiSQL", "SkillProtocol", grpcCore, grpcTransport,
      ],
      swiftSettings: settings, linkerSettings: sharedProgram),

    .executableTarget(
      name: "sarai-memory",
      dependencies: [
        "CAllocator", "SaraiCore", "SaraiMemoryService", "SkillProtocol",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        logging,
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "sarai-loop",
      dependencies: [
        "CAllocator", "SaraiCore", "SaraiLoopService", "SkillProtocol",
        .product(name: "ArgumentParser", package: "swift-argument-parser"), logging,
      ],
      swiftSettings: settings),

    // One file without libraries: all that a sandbox needs to start a program.
    .executableTarget(
      name: "sarai-confine", cSettings: confinedC, linkerSettings: staticC),

    // Tests mirror Sources
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(name: "SaraiCoreTests", dependencies: ["SaraiCore"], swiftSettings: settings),
    .testTarget(
      name: "SaraiInferenceTests",
      dependencies: ["SaraiCore", "SaraiInference", "SaraiSchema", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "SaraiSchemaTests", dependencies: ["SaraiCore", "SaraiSchema", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "SaraiEngineTests",
      dependencies: [
        "SaraiCore", "SkillProtocol", "TestSupport", "sarai-engine", grpcCore, grpcTransport,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "sandbox-probe", path: "Tests/SaraiSandboxTests/probe", cSettings: confinedC, linkerSettings: staticC),
    .testTarget(
      name: "SaraiSandboxTests",
      dependencies: [
        "SaraiCore", "CSeccomp", "CSQLite", "SaraiSandbox", "SkillProtocol", "TestSupport", "sandbox-probe",
        "sarai-confine", "sarai-engine", "sarai-skill", "conformance-skill", grpcCore, grpcTransport,
      ],
      exclude: ["probe"], swiftSettings: settings),
    // The skill that the conformance tests ask, in Swift; its twin in Python lies beside the tests.
    .executableTarget(
      name: "conformance-skill", dependencies: ["SkillProtocol"], path: "Tests/ConformanceSkill",
      swiftSettings: settings),
    // The skill that breaks the contract in every way that the pool has to bear.
    .executableTarget(
      name: "hostile-skill",
      dependencies: [
        "SkillProtocol", grpcCore, grpcTransport, logging,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      path: "Tests/HostileSkill", swiftSettings: settings),
    .testTarget(
      name: "SkillProtocolTests",
      dependencies: [
        "SaraiCore", "SkillProtocol", "TestSupport", "conformance-skill", "sarai-skill",
        grpcCore, grpcTransport, logging,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["python"], swiftSettings: settings),
    .testTarget(
      name: "SaraiAgentTests", dependencies: ["SaraiCore", "SaraiAgent"], exclude: ["Tables"], swiftSettings: settings),
    .testTarget(
      name: "SaraiCalcTests",
      dependencies: ["SaraiCore", "SaraiAgent", "SaraiCalc", .product(name: "Yams", package: "Yams")],
      exclude: ["pairs.tsv"], swiftSettings: settings),
    .testTarget(
      name: "SaraiSkillsTests",
      dependencies: [
        "SaraiCore", "SaraiAgent", "SaraiSandbox", "SaraiSkills", "SkillProtocol", "TestSupport", "conformance-skill",
        "hostile-skill", "sarai-confine", "sarai-skill", grpcCore, grpcTransport, logging, nioCore, nioPosix,
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SaraiSQLTests", dependencies: ["SaraiCore", "CSQLite", "SaraiSQL", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SaraiHTTPTests",
      dependencies: [
        "SaraiCore", "SaraiAgent", "SaraiHTTP", "TestSupport", logging, nioCore, nioPosix,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SaraiModelsTests",
      dependencies: [
        "SaraiCore", "SaraiModels", "SkillProtocol", "TestSupport", "sarai-engine",
        .product(name: "Crypto", package: "swift-crypto"),
        logging, nioCore, nioPosix,
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SaraiRuntimeTests",
      dependencies: ["LoopProtocol", "SaraiAgent", "SaraiCore", "SaraiMemory", "SaraiRuntime", "TestSupport", logging],
      swiftSettings: settings),
    .testTarget(
      name: "SaraiMemoryServiceTests",
      dependencies: [
        "SaraiCore", "SaraiAgent", "SaraiMemory", "SaraiMemoryService", "MemoryProtocol", "SkillProtocol",
        "TestSupport", grpcCore, grpcTransport, logging,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SaraiBenchTests",
      dependencies: [
        "SaraiCore", "SaraiAgent", "SaraiBench", "SaraiLoop", "SaraiMemory", "SaraiModels", "TestSupport",
        "sarai-confine", "sarai-engine", "sarai-memory", logging,
      ],
      swiftSettings: settings),
    .target(name: "CPowerLossVFS", path: "Tests/CPowerLossVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
    .testTarget(
      name: "SaraiStoreTests",
      dependencies: [
        "SaraiCore", "SaraiStore", "CPowerLossVFS", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    // Writes facts until it is killed.
    .executableTarget(
      name: "memory-writer", dependencies: ["SaraiCore", "SaraiMemory", "SaraiStore"], path: "Tests/MemoryWriter",
      swiftSettings: settings),
    .testTarget(
      name: "SaraiMemoryTests",
      dependencies: [
        "SaraiCore", "SaraiInference", "SaraiMemory", "SaraiStore", "TestSupport", "memory-writer",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    // Works as the loop does until it is killed.
    .executableTarget(
      name: "loop-worker", dependencies: ["SaraiCore", "SaraiAgent", "SaraiLoop"], path: "Tests/LoopWorker",
      swiftSettings: settings),
    .testTarget(
      name: "SaraiLoopTests",
      dependencies: [
        "SaraiCore", "SaraiAgent", "SaraiLoop", "SaraiStore", "TestSupport", "loop-worker",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SaraiLoopServiceTests",
      dependencies: ["LoopProtocol", "SaraiCore", "SaraiLoopService", "TestSupport", grpcCore, grpcTransport, logging],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "SaraiCore", "TestSupport", "sarai", "sarai-confine", "sarai-engine", "sarai-loop", "sarai-memory",
        "sarai-skill",
      ],
      swiftSettings: settings),
  ],
  cxxLanguageStandard: .cxx17
)
