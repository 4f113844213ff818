module certwright.example/agreement

go 1.25
