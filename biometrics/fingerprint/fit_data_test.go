package fingerprint

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

// realPrint is one impression of the sets that the tests are told of; nothing of it is kept.
type realPrint struct {
	set, finger, impression string
	template                Template
	prepared                *Prepared
}

// realPrints are the prints of all sets below the folder of the test data, by set, finger and impression. Without the folder the test is skipped.
func realPrints(t testing.TB) []realPrint {
	t.Helper()
	folder := os.Getenv("BMIS_TEST_DATA")
	if folder == "" {
		t.Skip("BMIS_TEST_DATA does not name the folder of the test data: no real prints")
	}
	names, err := filepath.Glob(filepath.Join(folder, "fingerprints", "fvc*", "*_*.png"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	slices.Sort(names)
	prints := make([]realPrint, len(names))
	errs := make([]error, len(names))
	var group sync.WaitGroup
	queue := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range queue {
				prints[i], errs[i] = realPrintOf(names[i])
			}
		})
	}
	for i := range names {
		queue <- i
	}
	close(queue)
	group.Wait()
	for i, err := range errs {
		require.NoError(t, err, "print %d", i)
	}
	return prints
}

func realPrintOf(name string) (realPrint, error) {
	finger, impression, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".png"), "_")
	p := realPrint{set: filepath.Base(filepath.Dir(name)), finger: finger, impression: impression}
	f, err := os.Open(name)
	if err != nil {
		return p, err
	}
	defer func() { _ = f.Close() }()
	decoded, err := png.Decode(f)
	if err != nil {
		return p, err
	}
	grey, ok := decoded.(*image.Gray)
	if !ok {
		return p, fmt.Errorf("%T, expected 8-bit grey", decoded)
	}
	size := grey.Bounds()
	img := biometrics.Image{Width: size.Dx(), Height: size.Dy(), PPI: biometrics.PPI}
	for y := range img.Height {
		img.Pix = append(img.Pix, grey.Pix[y*grey.Stride:y*grey.Stride+img.Width]...)
	}
	if p.template, err = Extract(img); err != nil {
		p.template = Template{} // a print that gives no template matches nothing
	}
	p.prepared = Prepare(p.template)
	return p, nil
}
