package pnrgov

import "strings"

// card masks the number of a payment card: its first six and last four characters at most are kept.
func card(number string) string {
	number = strings.TrimSpace(number)
	n := len(number)
	switch {
	case n >= 12 && strings.Trim(number[6:n-4], "X") == "":
		return number // it is masked
	case n >= 12:
		return number[:6] + strings.Repeat("X", n-10) + number[n-4:]
	case n > 4 && strings.Trim(number, "0123456789") == "":
		return strings.Repeat("X", n-4) + number[n-4:]
	}
	return number
}

// masked masks the numbers of payment cards in a free text: 14 to 19 digits that begin and add up as such a number does (ISO/IEC 7812).
func masked(s string) string {
	const shortest, longest = 14, 19
	if len(s) < shortest {
		return s
	}
	var out []byte
	done := 0
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			i++
			continue
		}
		end := i
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		if n := end - i; n >= shortest && n <= longest && s[i] >= '2' && s[i] <= '6' && luhn(s[i:end]) {
			out = append(append(out, s[done:i]...), card(s[i:end])...)
			done = end
		}
		i = end
	}
	if done == 0 {
		return s
	}
	return string(append(out, s[done:]...))
}

// luhn is the check of ISO/IEC 7812-1, annex B.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			d -= d / 10 * 9
		}
		sum += d
	}
	return sum%10 == 0
}
