"""A protoc plugin for the gRPC generator of grpcio-tools, which can't be called as a plugin."""

import pathlib
import sys
import tempfile

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

request = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
response = CodeGeneratorResponse(supported_features=CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL)
with tempfile.TemporaryDirectory() as folder:
    image = pathlib.Path(folder, "image.binpb")
    image.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
    out = pathlib.Path(folder, "out")
    out.mkdir()
    options = [f"--descriptor_set_in={image}", f"--grpc_python_out={out}"]
    if protoc.main(["protoc", *options, *request.file_to_generate]) != 0:
        sys.exit(1)
    for file in sorted(out.rglob("*.py")):
        response.file.add(name=str(file.relative_to(out)), content=file.read_text())
sys.stdout.buffer.write(response.SerializeToString())
