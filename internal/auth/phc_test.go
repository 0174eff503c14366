package auth

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parsePHC(text)
		if err != nil {
			return
		}
		require.Equal(t, text, parsed.String())
		require.NoError(t, parsed.params.check())
	})
}
