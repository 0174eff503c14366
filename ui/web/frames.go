package web

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// boundary stands between the frames; JPEG images never hold it as a line of their own.
const boundary = "frame"

// Frames answers with JPEG images, each in the place of the one before (multipart/x-mixed-replace), for an <img> that moves. It lasts until
// run returns, the browser goes, the server closes, or the session is signed out, locked or changed. Register the route with Background.
func (c *Context) Frames(run func(ctx context.Context, frame func(jpeg []byte) error) error) error {
	c.server.streams.Add(1)
	defer c.server.streams.Done()
	ctx, end := context.WithCancelCause(c.server.Sessions.Watch(c.Ctx(), c.session))
	defer end(nil)
	stop := context.AfterFunc(c.server.closing, func() { end(errClosing) })
	defer stop()

	h := c.Response().Header()
	h.Set("Content-Type", "multipart/x-mixed-replace; boundary="+boundary)
	h.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	control := http.NewResponseController(c.Response().Writer)
	err := run(ctx, func(jpeg []byte) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		_ = control.SetWriteDeadline(time.Now().Add(c.server.writeWithin)) // as for events: only during the write
		defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
		head := fmt.Sprintf("--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n", boundary, len(jpeg))
		for _, part := range [][]byte{[]byte(head), jpeg, []byte("\r\n")} {
			if _, err := c.Response().Write(part); err != nil {
				end(errGone)
				return err
			}
		}
		return control.Flush()
	})
	if err != nil && context.Cause(ctx) == nil {
		return fmt.Errorf("frames: %w", err)
	}
	return nil
}
