package main

import (
	"context"
	"slices"
	"time"

	identity "example.com/billing/gen/waterbill/identity/v1"
)

const (
	// maxBatch is how many ids BatchGetUsers takes.
	maxBatch = 500
	timeout  = 5 * time.Second
)

// findUsers returns the accounts that have these ids, by id, active and deactivated. An id may be given more than once.
func findUsers(
	ctx context.Context, directory identity.DirectoryServiceClient, ids []uint32,
) (map[uint32]*identity.User, error) {
	users := map[uint32]*identity.User{}
	distinct := slices.Compact(slices.Sorted(slices.Values(ids)))
	for batch := range slices.Chunk(distinct, maxBatch) {
		response, err := batchGetUsers(ctx, directory, batch)
		if err != nil {
			return nil, err
		}
		for _, user := range response.GetUsers() {
			users[user.GetId()] = user
		}
	}
	return users, nil
}

func batchGetUsers(
	ctx context.Context, directory identity.DirectoryServiceClient, ids []uint32,
) (*identity.BatchGetUsersResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return directory.BatchGetUsers(ctx, &identity.BatchGetUsersRequest{UserIds: ids})
}
