// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Where the network's contracts are
/// @notice Contracts find each other here, and so do clients that know only this address. A kind is the keccak hash of
/// the contract's name; every kind has a getter that says its hash, because clients ask by getter.
contract ContractResolver is Ownable {
    enum Env {
        Dev,
        Staging,
        Prod
    }

    bytes32 public constant STAKING_CONTRACT = keccak256("STAKING");
    bytes32 public constant STAKING_BALANCES_CONTRACT = keccak256("STAKING_BALANCES");
    bytes32 public constant MULTI_SENDER_CONTRACT = keccak256("MULTI_SENDER");
    bytes32 public constant LIT_TOKEN_CONTRACT = keccak256("LIT_TOKEN");
    bytes32 public constant PUB_KEY_ROUTER_CONTRACT = keccak256("PUB_KEY_ROUTER");
    bytes32 public constant PKP_NFT_CONTRACT = keccak256("PKP_NFT");
    bytes32 public constant RATE_LIMIT_NFT_CONTRACT = keccak256("RATE_LIMIT_NFT");
    bytes32 public constant PKP_HELPER_CONTRACT = keccak256("PKP_HELPER");
    bytes32 public constant PKP_PERMISSIONS_CONTRACT = keccak256("PKP_PERMISSIONS");
    bytes32 public constant PKP_NFT_METADATA_CONTRACT = keccak256("PKP_NFT_METADATA");
    bytes32 public constant ALLOWLIST_CONTRACT = keccak256("ALLOWLIST");
    bytes32 public constant DOMAIN_WALLET_REGISTRY = keccak256("DOMAIN_WALLET_REGISTRY");
    bytes32 public constant DOMAIN_WALLET_ORACLE = keccak256("DOMAIN_WALLET_ORACLE");
    bytes32 public constant HD_KEY_DERIVER_CONTRACT = keccak256("HD_KEY_DERIVER");
    bytes32 public constant BACKUP_RECOVERY_CONTRACT = keccak256("BACKUP_RECOVERY");
    bytes32 public constant PAYMENT_DELEGATION_CONTRACT = keccak256("PAYMENT_DELEGATION");

    event SetContract(bytes32 kind, Env env, address contractAddress);

    mapping(bytes32 kind => mapping(Env => address)) private _contracts;

    /// @param kinds what the addresses are, in the same order; all are entered for the environment Dev
    constructor(bytes32[] memory kinds, address[] memory addresses) Ownable(msg.sender) {
        require(kinds.length == addresses.length, "One address per kind");
        for (uint256 i = 0; i < kinds.length; i++) {
            _set(kinds[i], Env.Dev, addresses[i]);
        }
    }

    /// @return the zero address for what was never set
    function getContract(bytes32 kind, Env env) external view returns (address) {
        return _contracts[kind][env];
    }

    function setContract(bytes32 kind, Env env, address contractAddress) external onlyOwner {
        _set(kind, env, contractAddress);
    }

    function _set(bytes32 kind, Env env, address contractAddress) private {
        _contracts[kind][env] = contractAddress;
        emit SetContract(kind, env, contractAddress);
    }
}
