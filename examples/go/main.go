// Asks WaterBill Identity who the user of a request is:
//
//	go run . localhost:8000 "Bearer eyJ…"
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	identity "example.com/billing/gen/waterbill/identity/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// whoIs returns the user that the Authorization header of a request stands for.
func whoIs(ctx context.Context, profiles identity.ProfileServiceClient, authorization string) (*identity.User, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", authorization)
	response, err := profiles.GetProfile(ctx, &identity.GetProfileRequest{})
	return response.GetUser(), err
}

// httpStatus is the status for this service's own client.
func httpStatus(err error) int {
	switch status.Code(err) {
	case codes.OK:
		return http.StatusOK
	case codes.Unauthenticated:
		return http.StatusUnauthorized
	case codes.ResourceExhausted:
		return http.StatusTooManyRequests
	default:
		return http.StatusServiceUnavailable
	}
}

// reason is the machine-readable reason of an error, such as UNAUTHENTICATED.
func reason(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

func main() {
	// Behind TLS: credentials.NewTLS(nil).
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	user, err := whoIs(context.Background(), identity.NewProfileServiceClient(connection), os.Args[2])
	if err != nil {
		fmt.Println(httpStatus(err), reason(err))
		os.Exit(1)
	}
	fmt.Println(httpStatus(err), user.GetId(), user.GetPhone(), user.GetFullName())
}
