package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Until ends when ctx does, with an error when what stands behind ended by itself or the private database could not be kept running.
func Until(ctx, behind context.Context, failed <-chan error) error {
	select {
	case <-ctx.Done():
		return nil
	case <-behind.Done():
		return errors.New("a part that must not end has ended")
	case err := <-failed:
		return fmt.Errorf("private database: %w", err)
	}
}

// Quiet is err, but nil for the end that was asked for.
func Quiet(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Metrics is a registry with what every Go program tells of itself.
func Metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}
