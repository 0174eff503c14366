// Command vendorassets brings the third-party browser files named in vendor.json from npm, unmodified. It refuses a file whose
// checksum is not the one written there; with -record it writes the checksum of a file that has none yet.
//
// Run it in ui/assets.
package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// maxFile bounds what is read of one packed file.
const maxFile = 8 << 20

type vendored struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence"`
	Use     string `json:"use"`
	Files   []file `json:"files"`
}

type file struct {
	From   string `json:"from"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

func main() {
	record := flag.Bool("record", false, "write the checksums of files that have none in vendor.json")
	flag.Parse()
	if err := run(context.Background(), "vendor.json", *record); err != nil {
		fmt.Fprintln(os.Stderr, "vendorassets:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, list string, record bool) error {
	raw, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	var packages []vendored
	if err := json.Unmarshal(raw, &packages); err != nil {
		return fmt.Errorf("%s: %w", list, err)
	}
	for i := range packages {
		if err := bring(ctx, &packages[i], record); err != nil {
			return fmt.Errorf("%s@%s: %w", packages[i].Name, packages[i].Version, err)
		}
	}
	if !record {
		return nil
	}
	raw, err = json.MarshalIndent(packages, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(list, append(raw, '\n'), 0o644) //nolint:gosec // readable like all source
}

// bring packs the package with npm and takes the named files out.
func bring(ctx context.Context, p *vendored, record bool) error {
	folder, err := os.MkdirTemp("", "vendorassets")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	command := exec.CommandContext(ctx, "npm", "pack", "--silent", "--pack-destination", folder, p.Name+"@"+p.Version) //nolint:gosec // from vendor.json
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("npm pack: %w", err)
	}
	packed, err := filepath.Glob(filepath.Join(folder, "*.tgz"))
	if err != nil || len(packed) != 1 {
		return fmt.Errorf("npm pack left %d archives, expected 1 (%w)", len(packed), err)
	}
	contents, err := unpack(packed[0])
	if err != nil {
		return err
	}
	for i := range p.Files {
		if err := place(&p.Files[i], contents, record); err != nil {
			return err
		}
	}
	return nil
}

func unpack(archive string) (map[string][]byte, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	contents := map[string][]byte{}
	for r := tar.NewReader(unzipped); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return contents, nil
		}
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(r, maxFile))
		if err != nil {
			return nil, err
		}
		contents[strings.TrimPrefix(header.Name, "package/")] = body
	}
}

func place(f *file, contents map[string][]byte, record bool) error {
	body, ok := contents[f.From]
	if !ok {
		return fmt.Errorf("%s is not in the package", f.From)
	}
	sum := sha256.Sum256(body)
	have := hex.EncodeToString(sum[:])
	if f.SHA256 == "" && record {
		f.SHA256 = have
	}
	if f.SHA256 != have {
		return fmt.Errorf("%s has sha256 %s, expected %s", f.From, have, f.SHA256)
	}
	if err := os.MkdirAll(filepath.Dir(f.File), 0o755); err != nil { //nolint:gosec // readable like all source
		return err
	}
	return os.WriteFile(f.File, body, 0o644) //nolint:gosec // readable like all source
}
