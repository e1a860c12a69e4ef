import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;

/**
 * What an error and its details say.
 *
 * @param reason for programs, such as CODE_INCORRECT (docs/errors.md); the code if there is no reason
 * @param message for people, as are the fields' descriptions
 * @param retryAfter when a rate limit allows the next call; zero if the error says nothing
 */
record Refusal(String reason, String message, List<FieldViolation> fields, Duration retryAfter) {
  static Refusal of(StatusRuntimeException error) {
    var reason = error.getStatus().getCode().name();
    List<FieldViolation> fields = List.of();
    var retryAfter = Duration.ZERO;
    try {
      for (var detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) reason = detail.unpack(ErrorInfo.class).getReason();
        if (detail.is(BadRequest.class)) fields = detail.unpack(BadRequest.class).getFieldViolationsList();
        if (detail.is(RetryInfo.class)) {
          var delay = detail.unpack(RetryInfo.class).getRetryDelay();
          retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
        }
      }
    } catch (InvalidProtocolBufferException cause) {
      throw new IllegalStateException("The service's error details can't be read.", cause);
    }
    return new Refusal(reason, error.getStatus().getDescription(), fields, retryAfter);
  }

  void print() {
    System.out.println("Refused: " + reason + ": " + message);
    for (var field : fields) System.out.println("  " + field.getField() + ": " + field.getDescription());
  }
}
