package main

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var purposes = map[string]x509.ExtKeyUsage{
	"server": x509.ExtKeyUsageServerAuth,
	"client": x509.ExtKeyUsageClientAuth,
	"ocsp":   x509.ExtKeyUsageOCSPSigning,
	"any":    x509.ExtKeyUsageAny,
}

// What Certificate.Verify says of a path: its line is that of the readers in C (c/paths.h).
func verify(line string) any {
	parts := strings.Split(line, "\t")
	if err := verifyPath(parts[0], parts[1], parts[2], parts[3:]); err != nil {
		return refusal{err.Error()}
	}
	return struct{}{}
}

func verifyPath(seconds, purpose, host string, encoded []string) error {
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return err
	}
	certificates := make([]*x509.Certificate, len(encoded))
	for place, text := range encoded {
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return err
		}
		if certificates[place], err = x509.ParseCertificate(der); err != nil {
			return fmt.Errorf("certificate %d: %w", place, err)
		}
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(certificates[0])
	for _, certificate := range certificates[2:] {
		between.AddCert(certificate)
	}
	_, err = certificates[1].Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: between,
		DNSName:       host,
		CurrentTime:   time.Unix(at, 0),
		KeyUsages:     []x509.ExtKeyUsage{purposes[purpose]},
	})
	return err
}
