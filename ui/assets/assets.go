package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed app.css visanotice.css adjudication.css hits.css counter.css groups.css passes.css analyst.css files.css secondline.css protection.css refusal.css refusal.js shift.css receipt.css receipt.js recheck.css readers.css exhibits.css trust.css lists.css desk.css expected.css passengers.css training.css prints.css risk.css fingers.css carriers.css carrierportal.css visaportal.css visaportal.js visas.css app.js counter.js wedge.js
//go:embed vendor/htmx.org/*.js vendor/uplot/*.js vendor/uplot/*.css
//go:embed vendor/noto-sans/*.woff2 vendor/noto-sans-arabic/*.woff2
var files embed.FS

// Prefix is the path under which the files are served.
const Prefix = "/static/"

// hashLength is how many hexadecimal digits of the SHA-256 stand in a name.
const hashLength = 16

// Assets are the built-in files, ready to serve. They do not change after New.
type Assets struct {
	byName map[string]string // name as in the source -> served name
	served map[string]served // served name -> body
}

type served struct {
	contentType string
	body        []byte
	gzipped     []byte // nil when packing gains nothing
}

// New reads and packs the built-in files. Fonts come first, because the style sheet names them.
func New() (*Assets, error) {
	a := &Assets{byName: map[string]string{}, served: map[string]served{}}
	for _, pattern := range []string{"vendor/*/*.woff2", "vendor/*/*.js", "vendor/*/*.css", "*.js", "*.css"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, fmt.Errorf("list assets: %w", err)
		}
		for _, name := range names {
			if err := a.add(name); err != nil {
				return nil, fmt.Errorf("asset %s: %w", name, err)
			}
		}
	}
	return a, nil
}

func (a *Assets) add(name string) error {
	body, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	base, ext := path.Base(name), path.Ext(name)
	if name == "app.css" {
		if body, err = a.withServedNames(body); err != nil {
			return err
		}
	}
	sum := sha256.Sum256(body)
	hashed := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:])[:hashLength] + ext
	file := served{contentType: contentType(ext), body: body}
	if ext != ".woff2" {
		if file.gzipped, err = pack(body); err != nil {
			return err
		}
	}
	a.byName[base], a.served[hashed] = hashed, file
	return nil
}

var cssURL = regexp.MustCompile(`url\("([^"]+)"\)`)

// withServedNames replaces the names in the style sheet's url("...") by the names they are served under.
func (a *Assets) withServedNames(css []byte) ([]byte, error) {
	var missing error
	out := cssURL.ReplaceAllFunc(css, func(found []byte) []byte {
		name := string(cssURL.FindSubmatch(found)[1])
		hashed, ok := a.byName[name]
		if !ok {
			missing = fmt.Errorf("url(%q) names no asset", name)
		}
		return []byte(`url("` + Prefix + hashed + `")`)
	})
	return out, missing
}

func contentType(ext string) string {
	if ext == ".woff2" {
		return "font/woff2"
	}
	return mime.TypeByExtension(ext)
}

func pack(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// URL is the path of the named file, for example "app.css"; the empty string for a file that is not built in.
func (a *Assets) URL(name string) string {
	hashed, ok := a.byName[name]
	if !ok {
		return ""
	}
	return Prefix + hashed
}

// Content is the named file as it is served, unpacked; nil for a file that is not built in. The caller does not change it.
func (a *Assets) Content(name string) []byte { return a.served[a.byName[name]].body }

// Weight is the number of bytes of the named file on the wire, packed; 0 for a file that is not built in.
func (a *Assets) Weight(name string) int {
	file := a.served[a.byName[name]]
	if file.gzipped != nil {
		return len(file.gzipped)
	}
	return len(file.body)
}

// ServeHTTP serves a file by the name that URL gave; the browser may keep it for good, since the name changes with the content.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a.served[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := file.body
	if file.gzipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = file.gzipped
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser went away: nobody to tell
	}
}
