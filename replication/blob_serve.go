package replication

import (
	"context"
	"errors"
)

// missingAtOnce bounds what the centre asks a station for.
const missingAtOnce = 200

// blob answers a station about its evidence. The station is who the subject says, never what the message says.
func (r *Receiver) blob(station string, data []byte) any {
	ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
	defer cancel()
	head, piece, err := decodeBlob(data)
	if err != nil {
		r.alert(ctx, Alert{station, AlertMalformed, err.Error()})
		return blobReply{Code: CodeMalformed, Detail: "malformed"}
	}
	reply, err := r.serveBlob(ctx, station, head, piece)
	var refusal *BlobRefusal
	switch {
	case errors.Is(err, ErrBlobDigest):
		return blobReply{Code: CodeBlobDigest, Detail: "digest"}
	case errors.As(err, &refusal):
		r.parts.Log.Error("replication: evidence refused", "station", station, "reason", refusal.Reason)
		return blobReply{Code: CodeRefused, Detail: refusal.Reason}
	case err != nil:
		r.parts.Log.Error("replication: evidence not taken", "station", station, "error", err)
		return blobReply{Code: CodeUnavailable}
	}
	return reply
}

func (r *Receiver) serveBlob(ctx context.Context, station string, head blobHead, piece []byte) (reply blobReply, err error) {
	switch {
	case head.Blob != nil:
		reply.Have, reply.Done, err = r.parts.Blobs.Piece(ctx, station, *head.Blob, head.Offset, piece)
	case head.Tombstone != nil:
		reply.Done = true
		err = r.parts.Blobs.Bury(ctx, station, *head.Tombstone)
	default:
		reply.Missing, err = r.parts.Blobs.Missing(ctx, station, missingAtOnce)
	}
	return reply, err
}
