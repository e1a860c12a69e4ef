// Prints users by their ids, as an internal service that calls with its own access token:
//
//	client_id=… client_secret=… go run . http://localhost:8000 1 2 3
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"

	identity "example.com/billing/gen/waterbill/identity/v1"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// connect opens a connection to the identity service, over TLS if its address begins with https.
func connect(address string, tokens *serviceTokens) (*grpc.ClientConn, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	transport := insecure.NewCredentials()
	if parsed.Scheme == "https" {
		transport = credentials.NewTLS(nil)
	}
	return grpc.NewClient(
		parsed.Host,
		grpc.WithTransportCredentials(transport),
		grpc.WithUnaryInterceptor(tokens.intercept),
	)
}

func run(address string, arguments []string) error {
	ids := make([]uint32, 0, len(arguments))
	for _, argument := range arguments {
		id, err := strconv.ParseUint(argument, 10, 32)
		if err != nil {
			return err
		}
		ids = append(ids, uint32(id))
	}
	tokens := &serviceTokens{config: clientcredentials.Config{
		ClientID:     os.Getenv("client_id"),
		ClientSecret: os.Getenv("client_secret"),
		TokenURL:     address + "/oauth2/token",
		AuthStyle:    oauth2.AuthStyleInHeader,
	}}
	connection, err := connect(address, tokens)
	if err != nil {
		return err
	}
	defer connection.Close()
	users, err := findUsers(context.Background(), identity.NewDirectoryServiceClient(connection), ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if user, ok := users[id]; ok {
			fmt.Println(id, user.GetPhone(), user.GetFullName())
		} else {
			fmt.Println(id, "unknown")
		}
	}
	return nil
}

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
