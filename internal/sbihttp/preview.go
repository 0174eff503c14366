package sbihttp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// MaxFrame is the longest picture of a preview, in bytes.
const MaxFrame = 2 << 20

// Preview passes the reader's pictures to frame until ctx ends, frame fails, or the reader stops: then nil. The slice is frame's to keep. A
// preview is nothing to compare: it is not signed.
func (c *Client) Preview(ctx context.Context, request capture.Request, frame func(jpeg []byte) error) error {
	reader, err := c.reader(ctx)
	if err != nil {
		return err
	}
	ask := sbi.StreamRequest{DeviceID: reader.DeviceID, Timeout: sbi.Number(request.Timeout / time.Millisecond)}
	if sub := sbi.SubDevice(sbi.Wanted(request)); slices.Contains(reader.SubIDs, sub) {
		ask.SubID = sbi.Number(sub)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	response, err := c.send(ctx, sbi.MethodStream, sbi.PathStream, ask)
	if err != nil {
		return err
	}
	err = frames(ctx, response, frame)
	cancel() // before Close, which would read on
	_ = response.Body.Close()
	return err
}

func frames(ctx context.Context, response *http.Response, frame func([]byte) error) error {
	kind, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	boundary := strings.TrimPrefix(parameters["boundary"], "--") // some services write the dashes with it
	if err != nil || !strings.HasPrefix(kind, "multipart/") || boundary == "" {
		return refusedStream(response.Body)
	}
	parts := multipart.NewReader(bufio.NewReaderSize(response.Body, 64<<10), boundary)
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return ended(ctx, err)
		}
		jpeg, err := io.ReadAll(io.LimitReader(part, MaxFrame+1))
		switch {
		case err != nil:
			return ended(ctx, err)
		case len(jpeg) > MaxFrame:
			return fmt.Errorf("%w: picture of more than %d bytes", capture.ErrFailed, MaxFrame)
		case !isJPEG(jpeg):
			return fmt.Errorf("%w: picture is no JPEG", capture.ErrFailed)
		}
		if err := frame(jpeg); err != nil {
			return err
		}
	}
}

// isJPEG looks at the first and the last marker: whatever else a service sends must not reach a screen.
func isJPEG(b []byte) bool {
	b = bytes.TrimRight(b, "\r\n")
	return len(b) > 4 && bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}) && bytes.HasSuffix(b, []byte{0xff, 0xd9})
}

// ended is nil when the stream came to its end.
func ended(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return away(ctx, err)
}

// refusedStream is what a service says that gives no pictures.
func refusedStream(body io.Reader) error {
	var told struct {
		Error *sbi.Failure `json:"error"`
	}
	if err := json.NewDecoder(io.LimitReader(body, 4096)).Decode(&told); err == nil {
		if err := told.Error.Err(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: no pictures", capture.ErrUnsupported)
}
