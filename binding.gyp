{
  "targets": [
    {
      "target_name": "lamina",
      "sources": ["<!@(node scripts/build-native.mjs --list-sources)"],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include_dir\")", "engine/native/src"],
      "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "cflags!": ["-O2", "-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "-std=c++20", "-O3", "-fexceptions", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno",
        "-fno-trapping-math", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Wno-restrict", "-Wno-uninitialized", "-Wno-maybe-uninitialized"
      ],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
        "CLANG_CXX_LIBRARY": "libc++",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "12.0",
        "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
      },
      "msvs_settings": {
        "VCCLCompilerTool": {
          "ExceptionHandling": 1,
          "Optimization": 2,
          "FloatingPointModel": 0,
          "AdditionalOptions": ["/std:c++20", "/Zc:__cplusplus", "/permissive-"]
        }
      },
      "conditions": [["OS=='win'", { "defines": ["NOMINMAX", "WIN32_LEAN_AND_MEAN", "_CRT_SECURE_NO_WARNINGS"] }]]
    }
  ]
}
