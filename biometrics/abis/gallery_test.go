package abis_test

import (
	"testing"
	"time"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/abis/abistest"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

func TestGallery(t *testing.T) {
	abistest.Run(t, func(*testing.T) abis.Engine {
		return abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), time.Now)
	})
}
