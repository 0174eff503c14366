package auth_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

func codeOf(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	require.Equal(t, problem.Invalid, p.Kind)
	require.NotEmpty(t, p.Field)
	return p.Code
}

func TestPasswordRules(t *testing.T) {
	for password, want := range map[string]string{
		"six tall grey herons":        "",
		"correcthorse":                "",
		"كلمة مرور طويلة":             "",
		"k7mq-3x9d-fpz2-8rwa":         "",
		strings.Repeat("абвгде ", 30): "",
		"":                            "password_too_short",
		"short":                       "password_too_short",
		"elevenchars":                 "password_too_short",
		"ééééééééééé":                 "password_too_short", // 22 bytes, 11 characters
		"aaaaaaaaaaaaaaaa":            "password_too_simple",
		"abababababababab":            "password_too_simple",
		"123456789012345":             "password_too_simple",
		"zyxwvutsrqponm":              "password_too_simple",
		"my amara password":           "password_is_login",
		"AMARAAMARAAMARA":             "password_is_login",
		"tab\tin the middle":          "password_characters",
		"\xff is no character":        "password_characters",
		strings.Repeat("word ", 60):   "password_too_long",
	} {
		require.Equal(t, want, codeOf(t, auth.CheckPassword(password, "amara")), "%q", password)
	}
	require.NoError(t, auth.CheckPassword("ab is a short login", "ab"))
}

func TestPINRules(t *testing.T) {
	for pin, want := range map[string]string{
		"274913": "", "860417": "", "000013": "", "٢٧٤٩١٣": "", "۲۷۴۹۱۳": "", "123457": "", "274913274913": "",
		"": "pin_digits", "27491": "pin_digits", "2749132749132": "pin_digits", "27491a": "pin_digits", "27 491": "pin_digits",
		"-27491": "pin_digits", "²74913": "pin_digits", strings.Repeat("1", 1000): "pin_digits",
		"111111": "pin_too_simple", "121212": "pin_too_simple", "123456": "pin_too_simple", "987654": "pin_too_simple",
		"890123": "pin_too_simple", "٠١٢٣٤٥": "pin_too_simple",
	} {
		require.Equal(t, want, codeOf(t, auth.CheckPIN(pin)), "%q", pin)
	}
}

func TestLoginsHaveOneForm(t *testing.T) {
	for typed, want := range map[string]string{
		"Amara": "amara", "AMARA.okafor": "amara.okafor", "ａｍａｒａ": "amara", "José": "josé", "Jose\u0301": "josé", "أمارة": "أمارة", "a2": "a2",
	} {
		login, err := auth.NormaliseLogin(typed)
		require.NoError(t, err, typed)
		require.Equal(t, want, login)
	}
	for _, typed := range []string{"", "a", "a b", "a\x00b", "a\tb", "\xff\xfe", strings.Repeat("a", 65), strings.Repeat("a", 1<<16)} {
		login, err := auth.NormaliseLogin(typed)
		require.Equal(t, "login_invalid", codeOf(t, err), "%.20q", typed)
		require.Empty(t, login)
	}
}

func TestNormalisingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once, err := auth.NormaliseLogin(rapid.String().Draw(t, "typed"))
		if err != nil {
			return
		}
		twice, err := auth.NormaliseLogin(once)
		require.NoError(t, err)
		require.Equal(t, once, twice)
		require.True(t, utf8.ValidString(once))
	})
}

func FuzzPasswordRules(f *testing.F) {
	f.Add("six tall grey herons", "amara")
	f.Add("\xff\x00", "")
	f.Fuzz(func(t *testing.T, password, login string) {
		if auth.CheckPassword(password, login) == nil {
			require.GreaterOrEqual(t, utf8.RuneCountInString(password), auth.MinPasswordRunes)
		}
		_ = auth.CheckPIN(password)
		_, _ = auth.NormaliseLogin(password)
	})
}

func TestGeneratedPasswordsAreGoodAndReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random")
		password, err := auth.GeneratePassword(bytes.NewReader(drawn))
		require.NoError(t, err)
		require.Regexp(t, `^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){3}$`, password)
	})
	_, err := auth.GeneratePassword(bytes.NewReader(make([]byte, 15)))
	require.Error(t, err)
}
