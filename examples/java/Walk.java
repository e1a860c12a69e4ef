import app.waterbill.identity.v1.ActivateRequest;
import app.waterbill.identity.v1.Profile;
import app.waterbill.identity.v1.RegisterRequest;
import app.waterbill.identity.v1.Session;
import app.waterbill.identity.v1.User;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Instant;
import java.util.Optional;

/** The life of a session, from registration to sign-out. Arguments: phone, base URL. */
public final class Walk {
  private static final String PASSWORD = "Motdepasse123!";

  private final IdentityClient identity;
  private final String phone;

  private Walk(IdentityClient identity, String phone) {
    this.identity = identity;
    this.phone = phone;
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Runs a step, and prints the error if it is refused for this reason. */
  private static void showRefusal(String reason, Step step) throws IOException {
    try {
      step.run();
    } catch (StatusRuntimeException error) {
      var refusal = Refusal.of(error);
      if (!refusal.reason().equals(reason)) throw error;
      refusal.print();
    }
  }

  private void register() throws IOException {
    var request =
        RegisterRequest.newBuilder()
            .setPhone(phone)
            .setFirstName("John")
            .setLastName("Doe")
            .setPassword(PASSWORD)
            .setPasswordConfirm(PASSWORD)
            .build();
    var challenge = identity.call(() -> identity.auth().register(request)).getChallenge();
    System.out.println("Registered " + phone + ". The code is in the SMS, which a server in development prints.");
    // With it, Activate means this registration, even if somebody else registers the number too.
    activate(challenge.getRegistration());
  }

  private void activate(String registration) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(System.in));
    while (true) {
      System.out.print("Code: ");
      var code = lines.readLine();
      if (code == null) throw new IOException("No code was entered.");
      var request =
          ActivateRequest.newBuilder().setPhone(phone).setCode(code).setRegistration(registration).build();
      try {
        var user = identity.call(() -> identity.auth().activate(request)).getUser();
        System.out.println("Activated: " + user.getFullName());
        return;
      } catch (StatusRuntimeException error) {
        var refusal = Refusal.of(error);
        // Too many wrong codes are CODE_LOCKED: ResendCode has another one sent.
        if (!refusal.reason().equals("CODE_INCORRECT")) throw error;
        refusal.print();
      }
    }
  }

  private void showProfile() {
    User user = identity.profile();
    System.out.println("Profile: " + user.getId() + " " + user.getPhone() + " " + user.getFullName());
  }

  private void listSessions() {
    for (Session session : identity.sessions()) {
      var created = Instant.ofEpochSecond(session.getCreatedAt().getSeconds());
      var current = session.getIsCurrent() ? " (this one)" : "";
      System.out.println("Session: " + session.getClient() + " since " + created + current);
    }
  }

  private void run() throws IOException {
    // On a second run the number has its account.
    showRefusal("PHONE_TAKEN", this::register);
    showRefusal("CREDENTIALS_REJECTED", () -> identity.signIn(phone, "wrong"));
    identity.signIn(phone, PASSWORD);
    System.out.println("Signed in");

    showProfile();
    var invalid = Profile.newBuilder().setApartmentName("B1204").setEmail("john@").build();
    showRefusal("INVALID_REQUEST", () -> identity.updateProfile(invalid));
    var user = identity.updateProfile(Profile.newBuilder().setApartmentName("B12").build());
    System.out.println("Updated: apartment " + user.getApartmentName());

    identity.refresh();
    System.out.println("Refreshed");
    listSessions();

    identity.signOut();
    System.out.println("Signed out");
    // So it is for an app whose session was ended elsewhere: neither token is accepted any more.
    showRefusal("REFRESH_REJECTED", this::showProfile);
  }

  public static void main(String[] arguments) throws Exception {
    var phone = arguments.length > 0 ? arguments[0] : "+237670000002";
    var fromEnvironment = Optional.ofNullable(System.getenv("BASE_URL")).orElse("http://localhost:8000");
    var url = arguments.length > 1 ? arguments[1] : fromEnvironment;
    try (var identity = new IdentityClient(url)) {
      new Walk(identity, phone).run();
    } catch (StatusRuntimeException error) {
      Refusal.of(error).print();
      System.exit(1);
    }
  }
}
