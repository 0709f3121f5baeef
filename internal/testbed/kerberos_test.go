package testbed

import (
	"os"
	"testing"
)

func TestKDC(t *testing.T) {
	k := StartKDC(t)
	k.AddPrincipal("host/localhost", "client/localhost")
	keytab := k.Keytab("client/localhost")
	cache := k.Tickets("client/localhost", keytab, k.ClientConfig("permitted_enctypes = aes128-sha2"), "host/localhost")
	if st, err := os.Stat(cache); err != nil || st.Size() == 0 {
		t.Fatal(err)
	}
	k.Rotate("client/localhost", keytab)
	k.Stop()
	k.Restart()
	k.Tickets("client/localhost", keytab, "", "host/localhost")
}
