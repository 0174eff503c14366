package upload

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/problem"
)

// PDF that many programs wrote, from the folder BMIS_TEST_PDF: the test files of a PDF library do. Ordinary ones are kept; of the others it is said
// why. A number that falls says that strangers' papers are refused for no reason.
func TestPDFOfManyWriters(t *testing.T) {
	folder := os.Getenv("BMIS_TEST_PDF")
	if folder == "" {
		t.Skip("needs PDF files of many writers, which are not in the repository: name a folder of them in BMIS_TEST_PDF; files made here are tested in any case")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.pdf"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	codes := map[string]int{}
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = taken(data)
		var p *problem.Error
		switch {
		case err == nil:
			codes["kept"]++
		case errors.As(err, &p):
			codes[p.Code]++
		default:
			require.NoError(t, err)
		}
	}
	t.Logf("%d PDF: %v", len(files), codes)
	require.Zero(t, codes["upload_pdf_two"])
	require.GreaterOrEqual(t, (codes["kept"]+codes["upload_pdf_pages"])*100, 90*len(files))
}
