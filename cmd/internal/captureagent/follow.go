package captureagent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Follow tells the simulated reader of the agent at url who stands before it: the fingers that it shows from now on are that person's.
func Follow(ctx context.Context, url, person string) error {
	body, err := json.Marshal(map[string]string{"person": person})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPatch, strings.TrimSuffix(url, "/")+"/simulator/knobs", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("capture agent: %w", err)
	}
	said, err := io.ReadAll(io.LimitReader(response.Body, 1024))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return fmt.Errorf("capture agent: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("capture agent answered %d: %s (has it a simulated reader?)", response.StatusCode, bytes.TrimSpace(said))
	}
	return nil
}
