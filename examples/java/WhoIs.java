import app.waterbill.identity.v1.GetProfileRequest;
import app.waterbill.identity.v1.ProfileServiceGrpc;
import app.waterbill.identity.v1.ProfileServiceGrpc.ProfileServiceBlockingStub;
import app.waterbill.identity.v1.User;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/** Asks WaterBill Identity who the user of a request is. */
public final class WhoIs {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Returns the user that the Authorization header of a request stands for. Throws StatusRuntimeException. */
  static User whoIs(ProfileServiceBlockingStub profiles, String authorization) {
    var metadata = new Metadata();
    metadata.put(AUTHORIZATION, authorization);
    return profiles
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .getProfile(GetProfileRequest.getDefaultInstance())
        .getUser();
  }

  /** The status for this service's own client. */
  static int httpStatus(StatusRuntimeException error) {
    return switch (error.getStatus().getCode()) {
      case UNAUTHENTICATED -> 401;
      case RESOURCE_EXHAUSTED -> 429;
      default -> 503;
    };
  }

  /** The machine-readable reason of an error, such as UNAUTHENTICATED. */
  static String reason(StatusRuntimeException error) throws InvalidProtocolBufferException {
    for (var detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) return detail.unpack(ErrorInfo.class).getReason();
    }
    return "";
  }

  public static void main(String[] arguments) throws Exception {
    // Behind TLS: TlsChannelCredentials.create().
    var channel = Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
    try {
      var user = whoIs(ProfileServiceGrpc.newBlockingStub(channel), arguments[1]);
      System.out.println("200 " + user.getId() + " " + user.getPhone() + " " + user.getFullName());
    } catch (StatusRuntimeException error) {
      System.out.println(httpStatus(error) + " " + reason(error));
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    }
  }
}
