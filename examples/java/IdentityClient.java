import app.waterbill.identity.v1.AuthServiceGrpc;
import app.waterbill.identity.v1.AuthServiceGrpc.AuthServiceBlockingStub;
import app.waterbill.identity.v1.GetProfileRequest;
import app.waterbill.identity.v1.ListSessionsRequest;
import app.waterbill.identity.v1.LoginRequest;
import app.waterbill.identity.v1.LogoutRequest;
import app.waterbill.identity.v1.Profile;
import app.waterbill.identity.v1.ProfileServiceGrpc;
import app.waterbill.identity.v1.ProfileServiceGrpc.ProfileServiceBlockingStub;
import app.waterbill.identity.v1.RefreshTokenRequest;
import app.waterbill.identity.v1.Session;
import app.waterbill.identity.v1.UpdateProfileRequest;
import app.waterbill.identity.v1.User;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Calls the identity service for one person. The methods throw StatusRuntimeException; see Refusal. */
final class IdentityClient implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 10;
  /** The longest wait that a rate limit may ask for. Beyond it, people should hear that they have to wait. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);
  /**
   * gRPC sends a call again when the service is unavailable, each time after a longer wait that chance varies. After a lost
   * response the first call may have been carried out: that does no harm here.
   */
  private static final Map<String, ?> RETRY_POLICY =
      Map.of(
          "maxAttempts", 4.0,
          "initialBackoff", "0.5s",
          "maxBackoff", "5s",
          "backoffMultiplier", 2.0,
          "retryableStatusCodes", List.of("UNAVAILABLE"));

  private static final Map<String, ?> SERVICE_CONFIG =
      Map.of("methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", RETRY_POLICY)));

  private final ManagedChannel channel;
  /** An app keeps the tokens in the secure storage of its device. */
  private String access = "";

  private String refresh = "";

  /** Connects, over TLS if the address begins with https. */
  IdentityClient(String url) {
    var isSecure = URI.create(url).getScheme().equals("https");
    var credentials = isSecure ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
    channel =
        Grpc.newChannelBuilder(URI.create(url).getAuthority(), credentials)
            .defaultServiceConfig(SERVICE_CONFIG)
            .enableRetry()
            .build();
  }

  AuthServiceBlockingStub auth() {
    return prepare(AuthServiceGrpc.newBlockingStub(channel));
  }

  private ProfileServiceBlockingStub profiles() {
    return prepare(ProfileServiceGrpc.newBlockingStub(channel));
  }

  private <S extends AbstractStub<S>> S prepare(S stub) {
    var metadata = new Metadata();
    // Messages in English. French is the default.
    metadata.put(key("accept-language"), "en");
    if (!access.isEmpty()) metadata.put(key("authorization"), "Bearer " + access);
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Calls a method, and once more after a rate limit that is over soon. */
  <R> R call(Supplier<R> method) {
    try {
      return method.get();
    } catch (StatusRuntimeException error) {
      var refusal = Refusal.of(error);
      if (!refusal.reason().equals("RATE_LIMITED") || refusal.retryAfter().compareTo(MAX_WAIT) > 0) throw error;
      sleep(refusal.retryAfter());
      return method.get();
    }
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
  }

  /** Calls with the access token, which lives 15 minutes: once it is refused, gets a new one and calls again. */
  private <R> R callSignedIn(Supplier<R> method) {
    try {
      return call(method);
    } catch (StatusRuntimeException error) {
      if (!Refusal.of(error).reason().equals("UNAUTHENTICATED")) throw error;
      refresh();
      return call(method);
    }
  }

  void signIn(String phone, String password) {
    var request = LoginRequest.newBuilder().setPhone(phone).setPassword(password).build();
    var tokens = call(() -> auth().login(request)).getTokens();
    keep(tokens.getAccess(), tokens.getRefresh());
  }

  /** Stores the new tokens before it returns: the refresh token that was sent is used up. */
  void refresh() {
    var request = RefreshTokenRequest.newBuilder().setRefresh(refresh).build();
    try {
      var response = call(() -> auth().refreshToken(request));
      keep(response.getAccess(), response.getRefresh());
    } catch (StatusRuntimeException error) {
      // The session has ended. Only a new sign-in helps.
      if (Refusal.of(error).reason().equals("REFRESH_REJECTED")) keep("", "");
      throw error;
    }
  }

  private void keep(String access, String refresh) {
    this.access = access;
    this.refresh = refresh;
  }

  User profile() {
    return callSignedIn(() -> profiles().getProfile(GetProfileRequest.getDefaultInstance())).getUser();
  }

  User updateProfile(Profile profile) {
    var request = UpdateProfileRequest.newBuilder().setProfile(profile).build();
    return callSignedIn(() -> profiles().updateProfile(request)).getUser();
  }

  List<Session> sessions() {
    var request = ListSessionsRequest.getDefaultInstance();
    return callSignedIn(() -> profiles().listSessions(request)).getSessionsList();
  }

  void signOut() {
    callSignedIn(() -> auth().logout(LogoutRequest.newBuilder().setRefresh(refresh).build()));
  }

  @Override
  public void close() {
    channel.shutdown();
  }
}
