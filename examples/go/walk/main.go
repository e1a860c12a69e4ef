// The life of a session with gRPC, from registration to sign-out:
//
//	go run ./walk [phone] [base URL]
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	identity "example.com/billing/gen/waterbill/identity/v1"
)

const password = "Motdepasse123!"

func register(ctx context.Context, c *client, phone string) error {
	response, err := c.auth.Register(ctx, &identity.RegisterRequest{
		Phone: phone, FirstName: "John", LastName: "Doe", Password: password, PasswordConfirm: password,
	})
	if err != nil {
		return err
	}
	fmt.Printf("Registered %s. The code is in the SMS, which a server in development prints.\n", phone)
	// With the registration, Activate means this one, even if somebody else registers the number too.
	return activate(ctx, c, phone, response.GetChallenge().Registration)
}

func activate(ctx context.Context, c *client, phone string, registration *string) error {
	fmt.Print("Code: ")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); fmt.Print("Code: ") {
		response, err := c.auth.Activate(ctx, &identity.ActivateRequest{
			Phone: phone, Code: lines.Text(), Registration: registration,
		})
		if err == nil {
			fmt.Println("Activated:", response.GetUser().GetFullName())
			return nil
		}
		// Too many wrong codes are CODE_LOCKED: ResendCode has another one sent.
		if err := showRefusal("CODE_INCORRECT", err); err != nil {
			return err
		}
	}
	return errors.New("no code was entered")
}

func showProfile(ctx context.Context, c *client) error {
	response, err := signedIn(ctx, c, c.profiles.GetProfile, &identity.GetProfileRequest{})
	if err != nil {
		return err
	}
	user := response.GetUser()
	fmt.Println("Profile:", user.GetId(), user.GetPhone(), user.GetFullName())
	return nil
}

func updateProfile(ctx context.Context, c *client, profile *identity.Profile) error {
	response, err := signedIn(ctx, c, c.profiles.UpdateProfile, &identity.UpdateProfileRequest{Profile: profile})
	if err != nil {
		return err
	}
	fmt.Println("Updated: apartment", response.GetUser().GetApartmentName())
	return nil
}

func listSessions(ctx context.Context, c *client) error {
	response, err := signedIn(ctx, c, c.profiles.ListSessions, &identity.ListSessionsRequest{})
	if err != nil {
		return err
	}
	for _, session := range response.GetSessions() {
		current := ""
		if session.GetIsCurrent() {
			current = " (this one)"
		}
		since := session.GetCreatedAt().AsTime().Format(time.RFC3339)
		fmt.Printf("Session: %s since %s%s\n", session.GetClient(), since, current)
	}
	return nil
}

func walk(ctx context.Context, c *client, phone string) error {
	// On a second run the number has its account.
	if err := showRefusal("PHONE_TAKEN", register(ctx, c, phone)); err != nil {
		return err
	}
	if err := showRefusal("CREDENTIALS_REJECTED", c.signIn(ctx, phone, "wrong")); err != nil {
		return err
	}
	if err := c.signIn(ctx, phone, password); err != nil {
		return err
	}
	fmt.Println("Signed in")
	if err := showProfile(ctx, c); err != nil {
		return err
	}
	invalid := &identity.Profile{ApartmentName: "B1204", Email: "john@"}
	if err := showRefusal("INVALID_REQUEST", updateProfile(ctx, c, invalid)); err != nil {
		return err
	}
	if err := updateProfile(ctx, c, &identity.Profile{ApartmentName: "B12"}); err != nil {
		return err
	}
	if err := c.refreshTokens(ctx); err != nil {
		return err
	}
	fmt.Println("Refreshed")
	if err := listSessions(ctx, c); err != nil {
		return err
	}
	if _, err := signedIn(ctx, c, c.auth.Logout, &identity.LogoutRequest{Refresh: c.refresh}); err != nil {
		return err
	}
	fmt.Println("Signed out")
	// So it is for an app whose session was ended elsewhere: neither token is accepted any more.
	return showRefusal("REFRESH_REJECTED", showProfile(ctx, c))
}

// argument returns the argument at this index, or "".
func argument(index int) string {
	if index < len(os.Args) {
		return os.Args[index]
	}
	return ""
}

func main() {
	connection, err := connect(cmp.Or(argument(2), os.Getenv("BASE_URL"), "http://localhost:8000"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer connection.Close()
	c := &client{
		auth:     identity.NewAuthServiceClient(connection),
		profiles: identity.NewProfileServiceClient(connection),
	}
	if err := walk(context.Background(), c, cmp.Or(argument(1), "+237670000002")); err != nil {
		printRefusal(err)
		os.Exit(1)
	}
}
