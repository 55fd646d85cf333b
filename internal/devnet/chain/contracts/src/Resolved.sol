// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ContractResolver} from "./ContractResolver.sol";

/// @title A contract that finds its neighbours through the resolver
/// @dev Looked up at every call: the contracts refer to each other in circles, so none could be given the others'
/// addresses for good when it is made.
abstract contract Resolved {
    ContractResolver public immutable contractResolver;

    constructor(ContractResolver resolver) {
        contractResolver = resolver;
    }

    function _stakingAddress() internal view returns (address) {
        return _find(contractResolver.STAKING_CONTRACT());
    }

    function _routerAddress() internal view returns (address) {
        return _find(contractResolver.PUB_KEY_ROUTER_CONTRACT());
    }

    function _pkpNftAddress() internal view returns (address) {
        return _find(contractResolver.PKP_NFT_CONTRACT());
    }

    function _permissionsAddress() internal view returns (address) {
        return _find(contractResolver.PKP_PERMISSIONS_CONTRACT());
    }

    function _metadataAddress() internal view returns (address) {
        return _find(contractResolver.PKP_NFT_METADATA_CONTRACT());
    }

    function _find(bytes32 kind) private view returns (address) {
        return contractResolver.getContract(kind, ContractResolver.Env.Dev);
    }
}
